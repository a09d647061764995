#!/usr/bin/env bash
# A tool that asks a person first. The call waits in the database, over restarts; what is run is exactly what was approved.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

session=$(open_session '{"name": "Careful", "system_prompt": "You ask first.", "capabilities": ["file_system"],
  "tool_policies": {"write_file": "requires_approval"}}')

# 1. The model wants to write a file: the session waits, and the call is in the inbox.
turn=$(say "$session" '[
  {"call": [{"name": "write_file", "arguments": {"path": "/a.txt", "content": "first draft"}}]},
  {"call": [{"name": "write_file", "arguments": {"path": "/b.txt", "content": "second draft"}}]},
  {"call": [{"name": "write_file", "arguments": {"path": "/c.txt", "content": "no more questions"}}]},
  {"text": "Done."}]')
until_status "$session" waiting
call GET '/v1/approvals?status=pending' >/dev/null
approval=$(call GET "$session/events/list?types=approval.requested" | field approval_id)

# 2. Approve it with other arguments: those are what is run, and the model is told.
call POST "$session/approvals/$approval" \
  '{"decision": "approve", "arguments": {"path": "/a.txt", "content": "as a person wants it"}}' | field decision

# 3. The turn goes on to the next call. Approve that one, and any other of this tool in this session.
until call GET "$session/events/list?types=approval.requested" | grep -q '"total":2'; do sleep 0.1; done
approval=$(call GET "$session/events/list?types=approval.requested&offset=1" | field approval_id)
call POST "$session/approvals/$approval" '{"decision": "approve", "remember": "session"}' | field decision

# 4. The third file is written without asking.
until_status "$session/turns/$turn" completed
call GET "$session/fs/a.txt" | field content
call GET "$session/fs/c.txt" | field content
