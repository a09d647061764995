#!/usr/bin/env bash
# A conversation that outgrows its model's window is summarised in the middle of a turn; the whole of it stays, and can be searched. A large result is
# shown by its beginning, and read on in parts.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# 1. A model that can read very little, so that it happens at once.
provider=$(call POST /v1/llm-providers '{"name": "Short of memory '"$$"'", "provider_type": "simulated"}' | field id)
model=$(call POST "/v1/llm-providers/$provider/models" '{"model_id": "small", "display_name": "Small", "context_window": 4000}' | field id)
session=$(open_session '{"name": "Reader", "system_prompt": "You read.", "capabilities": ["file_system"], "default_model_id": "'"$model"'"}')
curl --silent --fail --upload-file - --header 'Content-Type: text/plain' "$base$session/fs/book.txt" \
  < <(for line in {1..400}; do echo "line $line of a book that is long"; done) >/dev/null

# 2. It reads more than that.
read_part() { echo '{"call": [{"name": "read_file", "arguments": {"path": "/book.txt", "start_line": '"$1"', "end_line": '"$(($1 + 99))"'}}]}'; }
ask "$session" "[$(read_part 1), $(read_part 101), $(read_part 201), $(read_part 301), {\"text\": \"I have read it.\"}]" | cut -c 1-100

# 3. What was summarised, and that nothing is gone.
call GET "$session/events/list?types=context.compacted" | grep -oE '"tokens_(before|after)":[0-9]+' | head -2
call GET "$session/messages" | grep -oE '"total":[0-9]+'
