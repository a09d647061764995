import { SCOPED_RESOURCES } from "@/domain/api-key";

export type Action = "read" | "write";

/** What a request does to which resource. A resource that no scope names is for unlimited keys alone. */
export type Need = { action: Action; resource: string };

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Of any key: to ask whose it is, and to say goodbye. */
const FREE = new Set(["me", "logout"]);

const isNamed = (resource: string): boolean => (SCOPED_RESOURCES as readonly string[]).includes(resource);
const isUnlimited = (scopes: readonly string[]): boolean => scopes.includes("*") || scopes.includes("admin");

/** Nouns that are another's resource under an address of its own. */
const SAME: ReadonlyMap<string, string> = new Map([
  ["agent-files", "agents"],
  ["approval-rules", "approvals"],
]);

/** The resource is the first noun after `/v1`, or after `/api/auth`. What lies under an agent's sessions is `sessions`, as it is at its other address. */
export function needOf(method: string, pathname: string): Need {
  const [root, first = "", second = "", third] = pathname.split("/").filter((segment) => segment !== "");
  const isAuth = first === "auth" && (root === "api" || root === "v1");
  const isSession = first === "agents" && third === "sessions";
  const noun = isAuth ? second : isSession ? third : first;
  return { action: READS.has(method) ? "read" : "write", resource: SAME.get(noun) ?? noun };
}

export const allows = (scopes: readonly string[], { action, resource }: Need): boolean =>
  isUnlimited(scopes) || FREE.has(resource) || (isNamed(resource) && (scopes.includes(action) || scopes.includes(`${resource}:${action}`)));

/** Whether a key with these scopes may do all that one with the wanted scopes may. */
export const covers = (scopes: readonly string[], wanted: readonly string[]): boolean =>
  isUnlimited(scopes) || wanted.every((scope) => scopes.includes(scope) || scopes.includes(scope.split(":").at(1) ?? ""));

/** What a key lacks for it, in words. */
export const scopeFor = ({ action, resource }: Need): string => (isNamed(resource) ? `${resource}:${action}, or wider` : "admin");
