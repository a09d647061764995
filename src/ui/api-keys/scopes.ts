import type { SCOPED_RESOURCES } from "@/domain/api-key";

type Resource = (typeof SCOPED_RESOURCES)[number];

/** What a key can be narrowed to, by its name for people. */
export const RESOURCES: Record<Resource, string> = {
  agents: "Agents",
  sessions: "Chats and their files",
  capabilities: "Capabilities",
  "llm-providers": "Providers",
  "llm-models": "Models",
  "mcp-servers": "MCP servers",
  "web-search": "Web search",
  approvals: "Approvals",
  search: "Search",
  usage: "Usage",
  "api-keys": "API keys",
};

export type Reach = "all" | "read" | "some";

/** What a request for a key says. Reading and writing everything is less than everything: the server's administration is not in it. */
export const scopesOf = (reach: Reach, chosen: ReadonlySet<string>): string[] =>
  reach === "all" ? ["*"] : reach === "read" ? ["read"] : [...chosen].sort();

/** A key's scopes in words. */
export function wordsOfScopes(scopes: readonly string[]): string {
  if (scopes.some((scope) => scope === "*" || scope === "admin")) return "Everything";
  const actions = new Map<string, string[]>();
  for (const scope of scopes) {
    const [resource = "", action] = scope.includes(":") ? scope.split(":") : ["", scope];
    actions.set(resource, [...(actions.get(resource) ?? []), action === "write" ? "change" : "read"]);
  }
  const words = [...actions].map(([resource, given]) => `${nameOf(resource)}: ${given.sort().reverse().join(" and ")}`);
  return words.join(" · ");
}

const nameOf = (resource: string): string =>
  resource === "" ? "Everything" : Object.hasOwn(RESOURCES, resource) ? RESOURCES[resource as Resource] : resource;
