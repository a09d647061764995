/** Secrets that are put in by every way in. None may be found again anywhere but where it belongs. */
export const CANARIES = {
  provider: "sk-canary-provider-000111222333",
  second: "sk-canary-second-000111222333",
  environment: "sk-canary-environment-000111222333",
  signing: "canary-signing-secret-000111222333-of-enough-length",
  mcpHeader: "canary-mcp-header-000111222333",
  toolHeader: "canary-tool-header-000111222333",
  searchKey: "canary-search-key-000111222333",
  password: "canary password 000111222333",
  wrongPassword: "canary wrong password 000111222333",
  badBody: "sk-canary-in-a-bad-body-000111222333",
  query: "canary-in-a-query-000111222333",
} as const;

/** The ways in which a secret could be written. */
export const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  Buffer.from(secret).toString("hex"),
];
