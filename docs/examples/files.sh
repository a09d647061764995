#!/usr/bin/env bash
# A session's own files: the agent's tools and you work on the same ones, every change is in the log, and a fork takes them along.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

session=$(open_session '{"name": "Clerk", "system_prompt": "You keep files in order.", "capabilities": ["file_system"]}')

# 1. You put a file in, as it is.
curl --silent --fail --upload-file - --header 'Content-Type: text/plain' "$base$session/fs/notes/todo.txt" <<<$'buy milk\ncall Ada\nbuy bread' >/dev/null

# 2. The agent searches it, and changes it.
ask "$session" '[
  {"call": [{"name": "grep_files", "arguments": {"pattern": "^buy"}}]},
  {"call": [{"name": "edit_file", "arguments": {"path": "/notes/todo.txt", "old_text": "call Ada", "new_text": "call Grace"}}]},
  {"call": [{"name": "list_directory", "arguments": {"path": "/notes"}}]},
  {"text": "Done."}]'

# 3. You take it out again, and a copy of the whole session has it too.
call GET "$session/fs/notes/todo.txt" | field content
copy=/v1/sessions/$(call POST "$session/fork" '{}' | field id)
call POST "$copy/fs/_/stat" '{"path": "/notes/todo.txt"}'
