#!/usr/bin/env bash
# A first session, from nothing to an answer, with curl alone. Start a server (`everruns serve`), then run this file.
# Another address than the default: BASE_URL=http://localhost:9001 docs/examples/first-session.sh
set -euo pipefail

base=${BASE_URL:-http://localhost:9000}

# call METHOD PATH [JSON]: one request. An answer that is an error is shown, and stops the script.
call() {
  local answer
  answer=$(curl --silent --show-error --fail-with-body --request "$1" "$base$2" ${3:+--header "Content-Type: application/json" --data "$3"}) ||
    { echo "$answer" >&2; return 1; }
  echo "$answer"
}

# id: the first id in the JSON on stdin, which is the id of the thing itself.
id() { sed -E 's/^[^{]*\{"id":"([^"]+)".*/\1/'; }

# 1. A provider and one of its models. "simulated" is built in and needs no key; for a real one send for example
#    {"name": "OpenAI", "provider_type": "openai", "api_key": "…"} and the model's name at the provider.
#    No two providers have the same name: $$, a number that each run has for itself, lets you run this again.
provider=$(call POST /v1/llm-providers '{"name": "Practice '"$$"'", "provider_type": "simulated"}' | id)
model=$(call POST "/v1/llm-providers/$provider/models" '{"model_id": "practice-1", "display_name": "Practice model"}' | id)

# 2. An agent: who it is, which model it uses, and which tools it has.
agent=$(call POST /v1/agents '{"name": "Helper", "system_prompt": "You are brief and exact.", "default_model_id": "'"$model"'"}' | id)
call PUT "/v1/agents/$agent/capabilities" '{"capabilities": ["current_time", "test_math"]}' >/dev/null

# 3. A session, which is one conversation with the agent.
session=/v1/agents/$agent/sessions/$(call POST "/v1/agents/$agent/sessions" '{}' | id)
echo "Session: $base$session"

# 4. Follow what happens in it. The stream never ends by itself; --max-time bounds this example.
stream=$(mktemp)
curl --silent --no-buffer --max-time 60 "$base$session/events" >"$stream" &
follower=$!
trap 'kill "$follower" 2>/dev/null || true; rm -f "$stream"' EXIT

# 5. Say something. The answer comes at once: the message is kept, and its turn runs on the server.
call POST "$session/messages" '{"message": {"role": "user", "content": [{"type": "text", "text": "what is 6 times 7, and what time is it in Tokyo?"}]}}' >/dev/null

# 6. Wait until the turn has ended, and show all that was streamed.
until grep --quiet --extended-regexp '^event: turn\.(completed|failed)' "$stream"; do
  kill -0 "$follower" 2>/dev/null || { echo "The stream ended before the turn did." >&2; exit 1; }
  sleep 0.1
done
echo
echo "Events:"
cat "$stream"

# 7. The same conversation, as it is kept.
echo "Messages:"
call GET "$session/messages"
echo
