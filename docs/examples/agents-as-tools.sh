#!/usr/bin/env bash
# An agent asks another one, which answers in a session of its own that you can look into.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

translator=$(call POST /v1/agents '{"name": "Translator", "system_prompt": "You translate.", "capabilities": ["test_math"]}' | field id)
session=$(open_session '{"name": "Manager", "system_prompt": "You delegate.", "tools": [
  {"type": "agent", "agent_id": "'"$translator"'", "name": "ask_translator", "description": "Translates what it is told."}]}')

ask "$session" '[
  {"call": [{"name": "ask_translator", "arguments": {"message": "what is 6 times 7?"}}]},
  {"text": "That is what it says."}]'

# The other agent's session, and what was spent in both.
call GET "/v1/agents/$translator/sessions" | field id
call GET "/v1/usage?group_by=agent"
