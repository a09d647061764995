#!/usr/bin/env bash
# Programs over the session's files: JavaScript, TypeScript and a shell, in a process without network and without anything of this machine.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

session=$(open_session '{"name": "Analyst", "system_prompt": "You compute.", "capabilities": ["sandbox"]}')

ask "$session" '[
  {"call": [{"name": "execute_code", "arguments": {"language": "shell", "code": "for n in 3 1 2; do echo $n; done | sort > sorted.txt; cat sorted.txt"}}]},
  {"call": [{"name": "execute_code", "arguments": {"language": "typescript", "code": "const lines: string[] = require(\"fs\").readFileSync(\"/sorted.txt\", \"utf8\").trim().split(\"\\n\"); lines.map(Number).reduce((sum, n) => sum + n, 0)"}}]},
  {"call": [{"name": "execute_code", "arguments": {"language": "javascript", "code": "while (true);", "timeout_seconds": 1}}]},
  {"text": "Done."}]'
