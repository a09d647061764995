#!/usr/bin/env bash
# A server of the Model Context Protocol lends agents its tools. Start one, for example
#   PORT=3001 npx @modelcontextprotocol/server-everything streamableHttp
# and name it: MCP_URL=http://localhost:3001/mcp docs/examples/mcp-server.sh
# One that asks for OAuth gets "oauth": {} as well, and POST …/sign-in says where to sign in.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# 1. Add it. No two have the same name: $$, a number that each run has for itself, lets you run this again.
name=example-$$
server=$(call POST /v1/mcp-servers '{"name": "'"$name"'", "url": "'"${MCP_URL:?is the address of an MCP server}"'"}' | field id)

# 2. Test it: that lists its tools, and accepts them as they are now. When one of them changes, an admin is asked anew.
call POST "/v1/mcp-servers/$server/test" '{}' | field message

# 3. Give them to an agent. Their names begin with the server's.
session=$(open_session '{"name": "Connected", "system_prompt": "You use tools.", "capabilities": ["mcp:'"$name"'"]}')
ask "$session" '[
  {"call": [{"name": "'"$name"'__echo", "arguments": {"message": "hello"}}]},
  {"text": "Done."}]'

call DELETE "/v1/mcp-servers/$server"
