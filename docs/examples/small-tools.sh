#!/usr/bin/env bash
# The small capabilities: the time, arithmetic, a weather that is invented, and a list of tasks that the model keeps for itself.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

session=$(open_session '{"name": "Helper", "system_prompt": "Be brief.",
  "capabilities": ["current_time", "test_math", "test_weather", "stateless_todo_list"]}')

ask "$session" '[
  {"call": [
    {"name": "get_current_time", "arguments": {"timezone": "Asia/Tokyo", "format": "human"}},
    {"name": "divide", "arguments": {"a": 84, "b": 2}}, {"name": "divide", "arguments": {"a": 1, "b": 0}},
    {"name": "get_forecast", "arguments": {"location": "Lima", "days": 2}},
    {"name": "write_todos", "arguments": {"todos": [{"content": "Answer", "activeForm": "Answering", "status": "in_progress"}]}}]},
  {"text": "Done."}]'
