export const ABOUT = `One executable that hosts AI agents: you make an agent, open a session with it, post messages, and follow what happens.

**Errors** are JSON on every route: \`{"error": "a sentence", "status": 400, "code": "validation_error"}\`.

**Lists** answer \`{items, data, total, offset, limit}\`, where \`items\` and \`data\` are the same list; \`offset\` and \`limit\` choose the page.

**Repeating a POST** is safe with an \`Idempotency-Key\`: the same key gets the first answer again.

**Events** are Server-Sent Events from the session's numbered log. A client that reconnects with \`Last-Event-ID\` misses nothing and gets nothing twice.

**Ids** are UUIDs. **Times** are RFC 3339 in UTC. A field without a value is \`null\`. Answers may gain fields: ignore those you do not know.

**Credentials** are needed unless the server runs without authentication (\`auth_mode: none\` in \`/health\`).`;

/** In the order in which one meets them. */
export const TAGS = [
  { name: "health", description: "Whether the server is up, and ready." },
  { name: "auth", description: "Sign in, sign up, tokens and API keys." },
  { name: "agents", description: "An agent: instructions, a model and capabilities." },
  { name: "sessions", description: "A session: one conversation with an agent, and all that came of it." },
  { name: "messages", description: "What was said. Posting a message starts a turn." },
  { name: "events", description: "What happened, as a stream and as a list." },
  { name: "turns", description: "A turn: from a user's message until the agent is done with it." },
  { name: "approvals", description: "Tool calls that wait for a person or for the client." },
  { name: "files", description: "The files of a session." },
  { name: "llm-providers", description: "Where models are served, and with which key." },
  { name: "llm-models", description: "The models that agents can use." },
  { name: "capabilities", description: "Instructions and tools that an agent can be given." },
  { name: "mcp-servers", description: "Servers of the Model Context Protocol, whose tools agents can be given." },
  { name: "web-search", description: "The engine that searches the web for models." },
  { name: "search", description: "Find words in everything that was said." },
  { name: "usage", description: "Tokens, cost, turns and failures." },
  { name: "server", description: "How the server is set up, for admins." },
  { name: "users", description: "Everyone's accounts, for admins." },
  { name: "audit-events", description: "What concerned security: who did what to whom, and when." },
  { name: "documentation", description: "This documentation." },
];

/** For parameters whose schema says nothing of them. */
export const PARAMETER_WORDS: Record<string, string> = {
  id: "The id.",
  agent_id: "The agent's id.",
  session_id: "The session's id.",
  message_id: "The message's id.",
  turn_id: "The turn's id.",
  version: "The version's number.",
  mcp_server_id: "The MCP server's id.",
  approval_id: "The approval's id.",
  rule_id: "The rule's id.",
  provider_id: "The provider's id.",
  model_id: "The model's id.",
  capability_id: "The capability's id, such as `current_time`.",
  key_id: "The API key's id (not the key).",
  login_id: "The login's id.",
  provider: "The OAuth provider.",
  setup_token: "The token of the link that a new server prints.",
  transfer_to: "The id of the user who gets the agents and sessions.",
  action: "Only what is of this kind.",
  actor_id: "Only what this user did.",
  target_id: "Only what was done to this user, key or provider.",
  since: "Only what happened at this time or later.",
  path: "The file's path in the session.",
  offset: "How many to skip.",
  limit: "How many to list at most.",
  status: "Only those in this state.",
  search: "Only those with these words in them.",
  tag: "Only those with this tag.",
  envelope: "`true` wraps the list as `{items, data, total, offset, limit}`.",
  types: "Only events of these types, separated by commas.",
  after_sequence: "Only what comes after this sequence.",
  since_id: "Only what comes after the event with this id.",
  recursive: "Everything below too.",
  raw: "`true` downloads the bytes as they are.",
  q: "The words to look for.",
  group_by: "What a row of the answer stands for.",
  from: "From this time on.",
  to: "Before this time.",
  code: "The code that the OAuth provider gave.",
  state: "The state that the sign-in began with.",
};

export const SECURITY_SCHEMES = {
  bearerAuth: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "The `access_token` of a sign-in." },
  apiKeyAuth: {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: "An API key: `evr_…`, with or without `ApiKey` or `Bearer` before it.",
  },
  cookieAuth: { type: "apiKey", in: "cookie", name: "access_token", description: "Set by a sign-in in the browser." },
};
