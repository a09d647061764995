#!/usr/bin/env bash
# An agent as a Markdown file: make it from one, change it, look at its versions, pin a session to one of them, roll back, and write it out again.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# 1. From a file.
agent=$(call POST /v1/agent-files '{"markdown": '"$(text '---
name: Greeter
description: Greets people
capabilities:
  - current_time
---

Greet whoever comes, politely.')"'}' | field id)

# 2. A change makes a second version. A session follows its agent, unless it is pinned when it is made.
call PATCH "/v1/agents/$agent" '{"system_prompt": "Greet whoever comes, like a pirate."}' >/dev/null
pinned=/v1/sessions/$(call POST "/v1/agents/$agent/sessions" '{"agent_version": 1}' | field id)
following=/v1/sessions/$(call POST "/v1/agents/$agent/sessions" '{}' | field id)
for session in "$pinned" "$following"; do
  ask "$session" '[{"text": "Hello!"}]'
  call GET "$session/turns" | grep -oE '"agent_version":[0-9]+' | head -1
done

# 3. Back to the first; what is written out is what was read in.
call POST "/v1/agents/$agent/rollback" '{"version": 1}' >/dev/null
call GET "/v1/agents/$agent/export"
