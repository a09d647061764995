#!/usr/bin/env bash
# A tool that your own program runs. The turn waits for the result, for days if need be, and holds nothing meanwhile.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

session=$(open_session '{"name": "Remote", "system_prompt": "You ask the client."}' '{"client_tools": [{
  "name": "read_thermometer", "description": "The temperature where the client is.",
  "parameters": {"type": "object", "properties": {"unit": {"enum": ["celsius", "fahrenheit"]}}}}]}')

# 1. The model calls it, and the session waits.
turn=$(say "$session" '[{"call": [{"name": "read_thermometer", "arguments": {"unit": "celsius"}}]}, {"text": "It is 21 degrees."}]')
until_status "$session" waiting

# 2. Your program sees the call in the log (or in the stream), runs it, and sends what came of it.
tool_call=$(call GET "$session/events/list?types=tool.started" | field tool_call_id)
call POST "$session/tool-results" '{"tool_call_id": "'"$tool_call"'", "result": {"degrees": 21}}'

# 3. The turn goes on.
until_status "$session/turns/$turn" completed
results "$session"
