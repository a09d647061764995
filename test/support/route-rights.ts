import type { Documented } from "./documented-routes";

/** The only routes that the contract leaves open, and the one of someone who holds a link instead of a password. */
const PUBLIC =
  /^(GET \/(health|ready)|(GET|POST) \/(api|v1)\/auth\/(config|login|register|refresh|reset-password|oauth\/\{provider\}|callback\/\{provider\}))$/;

const OWNED = /\{(agent_id|session_id|message_id|turn_id|key_id|rule_id|login_id)\}|\/(agents|sessions|approvals)\/\{id\}/;

export const lineOf = ({ method, path }: Documented): string => `${method} ${path}`;

export const isClosed = (route: Documented): boolean => !PUBLIC.test(lineOf(route));

/** What a route needs, read off its path by another rule than the server's. */
export function scopeOf({ method, path }: Documented): string | null {
  const action = method === "GET" ? "read" : "write";
  if (/\/auth\/(me(\/.*)?|logout)$/.test(path)) return null;
  if (path.includes("/auth/api-keys")) return `api-keys:${action}`;
  if (/^\/v1\/(agents\/\{agent_id\}\/)?sessions(\/|$)/.test(path)) return `sessions:${action}`;
  if (path.startsWith("/v1/agent-files")) return `agents:${action}`;
  if (path.startsWith("/v1/approval-rules")) return `approvals:${action}`;
  const [, noun] =
    /^\/v1\/(agents|capabilities|llm-providers|llm-models|mcp-servers|web-search|approvals|search|usage)(\/|$)/.exec(path) ?? [];
  return noun ? `${noun}:${action}` : "admin";
}

/** Whether a key with these scopes reaches the route. */
export function isInScope(route: Documented, scopes: readonly string[]): boolean {
  const need = scopeOf(route);
  return need === null || scopes.includes(need) || (need !== "admin" && scopes.includes(need.split(":")[1]!));
}

/** Routes of admins alone. */
export const isAdministration = (route: Documented): boolean =>
  scopeOf(route) === "admin" || (route.method !== "GET" && /^\/v1\/(llm-providers|llm-models|mcp-servers|web-search)/.test(route.path));

/** Routes that name what belongs to somebody. */
export const usesOwned = ({ path }: Documented): boolean => OWNED.test(path);

/** Whoever signs out or deletes does so last, the outermost at the very end. */
export function inOrder(routes: readonly Documented[]): Documented[] {
  const rank = ({ method, path }: Documented) =>
    path.endsWith("/logout") ? 1000 : method === "DELETE" ? 500 - path.length : method === "GET" ? 0 : 1;
  return routes.toSorted((one, another) => rank(one) - rank(another));
}
