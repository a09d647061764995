# What the other examples share: source it. Needs curl alone, and a server that runs (`everruns serve`).
# Another address than the default: BASE_URL=http://localhost:9001 docs/examples/files.sh
# Where accounts are on, a key goes along: API_KEY=evr_… docs/examples/files.sh
#
# The examples need no key of a provider. The simulated model is built in, and does what a block marked `simulate` in a message says: an array of
# steps, each of them one answer of the model, with tools to call or words to say. A real model decides by itself; all else is the same.

base=${BASE_URL:-http://localhost:9000}

# call METHOD PATH [JSON]: one request. An answer that is an error is shown, and stops the script.
call() {
  local answer
  answer=$(curl --silent --show-error --fail-with-body --request "$1" "$base$2" ${API_KEY:+--header "Authorization: Bearer $API_KEY"} \
    ${3:+--header "Content-Type: application/json" --data-binary "$3"}) || { echo "$answer" >&2; return 1; }
  printf '%s\n' "$answer"
}

# field NAME: the first field of this name in the JSON on stdin.
field() { sed -E 's/^[^{]*\{//' | awk -v name="\"$1\":\"" '{ at = index($0, name); rest = substr($0, at + length(name)); print substr(rest, 1, index(rest, "\"") - 1) }'; }

# text WORDS: the words as a JSON string.
text() { local words=${1//\\/\\\\}; words=${words//\"/\\\"}; printf '"%s"' "${words//$'\n'/\\n}"; }

# open_session AGENT [SESSION]: makes an agent and a session with it, from their JSON, and prints the session's path.
open_session() {
  local agent
  agent=$(call POST /v1/agents "$1" | field id)
  echo "/v1/sessions/$(call POST "/v1/agents/$agent/sessions" "${2:-{\}}" | field id)"
}

# say SESSION STEPS: lets the simulated model take these steps, and prints the id of the turn.
say() { call POST "$1/messages" '{"message": {"content": '"$(text '```simulate'$'\n'"$2"$'\n''```')"'}}' | field turn_id; }

# until_status PATH STATUS…: waits until what is there has one of these.
until_status() {
  local path=$1
  shift
  until [[ " $* " == *" $(call GET "$path" | field status) "* ]]; do sleep 0.1; done
}

# results SESSION: how each call of a tool has ended, one a line.
results() {
  call GET "$1/events/list?types=tool.completed&limit=1000" |
    awk '{ sub(/"data":\[\{"id".*/, ""); gsub(/"event_type":"tool\.completed"/, "\n"); print }' |
    sed -nE 's/^,"data":.*"name":"([^"]*)","arguments":(.*),"duration_ms".*/\1 \2/p'
}

# ask SESSION STEPS: says it, waits for the end of the turn, and prints how its tools have ended.
ask() {
  local turn
  turn=$(say "$1" "$2")
  until_status "$1/turns/$turn" completed failed cancelled
  results "$1"
}
