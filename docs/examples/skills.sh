#!/usr/bin/env bash
# A skill is a folder with a SKILL.md in the data folder, read when the server starts: data/skills/<folder>/SKILL.md
#
#   ---
#   name: invoices
#   description: Writes invoices as we want them.
#   ---
#   Always name the VAT. The rates are in rates.md.
#
# An agent that has it is told the description alone. What it says, and the files beside it, are read when they are needed.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

skill=${SKILL:-invoices}
call GET "/v1/capabilities/skill:$skill" | field description

session=$(open_session '{"name": "Bookkeeper", "system_prompt": "You write invoices.", "capabilities": ["skill:'"$skill"'"]}')
ask "$session" '[
  {"call": [{"name": "read_skill_'"$skill"'"}]},
  {"call": [{"name": "read_skill_'"$skill"'", "arguments": {"path": "rates.md"}}]},
  {"text": "Done."}]'
