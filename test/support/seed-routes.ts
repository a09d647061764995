export type DocumentedAs = { method: string; path: string };

const rows = (text: string): DocumentedAs[] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map(([method, path]) => ({ method: method!, path: path! }));

/** Every row of the tables of the API specification. */
export const SEED_ROUTES: readonly DocumentedAs[] = rows(`
  GET     /health
  GET     /api/auth/config
  POST    /api/auth/login
  POST    /api/auth/register
  POST    /api/auth/refresh
  POST    /api/auth/logout
  GET     /api/auth/oauth/{provider}
  GET     /api/auth/callback/{provider}
  GET     /api/auth/me
  GET     /api/auth/api-keys
  POST    /api/auth/api-keys
  DELETE  /api/auth/api-keys/{key_id}
  POST    /v1/agents
  GET     /v1/agents
  GET     /v1/agents/{id}
  PATCH   /v1/agents/{id}
  DELETE  /v1/agents/{id}
  POST    /v1/agents/{agent_id}/sessions
  GET     /v1/agents/{agent_id}/sessions
  GET     /v1/agents/{agent_id}/sessions/{session_id}
  PATCH   /v1/agents/{agent_id}/sessions/{session_id}
  DELETE  /v1/agents/{agent_id}/sessions/{session_id}
  POST    /v1/agents/{agent_id}/sessions/{session_id}/messages
  GET     /v1/agents/{agent_id}/sessions/{session_id}/messages
  GET     /v1/agents/{agent_id}/sessions/{session_id}/events
  POST    /v1/llm-providers
  GET     /v1/llm-providers
  GET     /v1/llm-providers/{id}
  PATCH   /v1/llm-providers/{id}
  DELETE  /v1/llm-providers/{id}
  POST    /v1/llm-providers/{provider_id}/models
  GET     /v1/llm-providers/{provider_id}/models
  GET     /v1/llm-models
  GET     /v1/llm-models/{id}
  PATCH   /v1/llm-models/{id}
  DELETE  /v1/llm-models/{id}
  GET     /v1/capabilities
  GET     /v1/capabilities/{capability_id}
  GET     /v1/agents/{agent_id}/capabilities
  PUT     /v1/agents/{agent_id}/capabilities
  GET     /swagger-ui/
  GET     /api-doc/openapi.json
`);

const BEYOND = rows(`
  GET     /ready
  GET     /v1/local-llm-providers
  POST    /v1/llm-providers/{provider_id}/test
  POST    /v1/llm-providers/{provider_id}/sync-models
  GET     /v1/agents/{agent_id}/versions
  GET     /v1/agents/{agent_id}/versions/{version}
  POST    /v1/agents/{agent_id}/rollback
  GET     /v1/agents/{agent_id}/export
  POST    /v1/agent-files
  GET     /v1/web-search
  PUT     /v1/web-search
  DELETE  /v1/web-search
  POST    /v1/web-search/test
  GET     /v1/mcp-servers
  POST    /v1/mcp-servers
  GET     /v1/mcp-servers/{mcp_server_id}
  PATCH   /v1/mcp-servers/{mcp_server_id}
  DELETE  /v1/mcp-servers/{mcp_server_id}
  POST    /v1/mcp-servers/{mcp_server_id}/test
  POST    /v1/mcp-servers/{mcp_server_id}/accept-tools
  POST    /v1/mcp-servers/{mcp_server_id}/sign-in
  POST    /v1/mcp-servers/{mcp_server_id}/finish-sign-in
  GET     /v1/approvals
  GET     /v1/approvals/{id}
  GET     /v1/approval-rules
  DELETE  /v1/approval-rules/{rule_id}
  GET     /v1/search
  GET     /v1/usage
  GET     /v1/users
  POST    /v1/users
  GET     /v1/users/{id}
  PATCH   /v1/users/{id}
  DELETE  /v1/users/{id}
  POST    /v1/users/{id}/reset-link
  GET     /v1/audit-events
  PATCH   /api/auth/me
  PATCH   /v1/auth/me
  POST    /api/auth/reset-password
  POST    /v1/auth/reset-password
`);

/** What a session has beside the seed's rows, by the rest of the path. */
const UNDER_A_SESSION = rows(`
  GET     /events/list
  GET     /sse
  GET     /turns
  GET     /turns/{turn_id}
  POST    /turns/{turn_id}/cancel
  POST    /cancel
  GET     /messages/{message_id}
  PATCH   /messages/{message_id}
  DELETE  /messages/{message_id}
  POST    /messages/{message_id}/retry
  POST    /approvals/{approval_id}
  POST    /tool-results
  GET     /fs
  GET     /fs/{path}
  POST    /fs/{path}
  PUT     /fs/{path}
  DELETE  /fs/{path}
  POST    /fs/_/stat
  POST    /fs/_/move
  POST    /fs/_/copy
  POST    /fs/_/grep
  POST    /fork
`);

const SESSION = "/v1/agents/{agent_id}/sessions/{session_id}";

/** The same session without its agent, as newer clients call it. */
const withoutAgent = ({ method, path }: DocumentedAs): DocumentedAs => ({
  method,
  path: path === SESSION ? "/v1/sessions/{id}" : path.replace(SESSION, "/v1/sessions/{session_id}"),
});

const underASession = UNDER_A_SESSION.map(({ method, path }) => ({ method, path: `${SESSION}${path}` }));

/** What the project has beyond the specification. A route that is documented stands here or there. */
export const ADDITIONS: readonly DocumentedAs[] = [
  ...BEYOND,
  ...underASession,
  ...[...SEED_ROUTES, ...underASession].filter(({ path }) => path.startsWith(SESSION)).map(withoutAgent),
  ...rows("GET /v1/sessions"),
  ...SEED_ROUTES.filter(({ path }) => path.startsWith("/api/auth/")).map(({ method, path }) => ({
    method,
    path: path.replace("/api/", "/v1/"),
  })),
];
