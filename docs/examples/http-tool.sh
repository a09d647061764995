#!/usr/bin/env bash
# A tool that is a request to somebody's service, declared on the agent; its secret is kept encrypted. Here the service is this server itself.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

session=$(open_session '{"name": "Caller", "system_prompt": "You ask a service.", "tools": [{
  "type": "http", "name": "find_capability", "description": "Describes a capability of this server.",
  "method": "GET", "url": "'"$base"'/v1/capabilities/{id}", "headers": {"X-Example": {"secret": "nobody reads this"}},
  "parameters": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
  "effect": "pure"}]}')

ask "$session" '[
  {"call": [{"name": "find_capability", "arguments": {"id": "test_math"}}, {"name": "find_capability", "arguments": {"id": "nothing"}}]},
  {"text": "Done."}]'
