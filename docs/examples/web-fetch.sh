#!/usr/bin/env bash
# A page of the web as Markdown. Addresses of private networks are refused, unless the operator lists them (OUTBOUND_PRIVATE_HOSTS).
set -euo pipefail
source "$(dirname "$0")/lib.sh"

session=$(open_session '{"name": "Reader", "system_prompt": "You read pages.", "capabilities": ["web_fetch"]}')

ask "$session" '[
  {"call": [{"name": "web_fetch", "arguments": {"url": "'"${PAGE_URL:-https://example.com/}"'"}}]},
  {"call": [{"name": "web_fetch", "arguments": {"url": "http://169.254.169.254/latest/meta-data/"}}]},
  {"text": "Done."}]'
