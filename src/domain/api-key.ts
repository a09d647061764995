import { z } from "zod";
import { Id, Timestamp } from "./common";

/** What a scope may name: the first noun of a route's path, but everything of a session is `sessions`, and of an agent `agents`, at whatever address. */
export const SCOPED_RESOURCES = [
  "agents",
  "sessions",
  "capabilities",
  "llm-providers",
  "llm-models",
  "mcp-servers",
  "web-search",
  "approvals",
  "search",
  "usage",
  "api-keys",
] as const;

/**
 * What a key may do of what its user may. `*` and `admin`: all. `read`: every GET, `write`: every other method, of the resources that a
 * scope may name. `<resource>:read` and `<resource>:write`: the same of one resource. Neither of the two includes the other.
 */
export const Scope = z.string().regex(new RegExp(`^(\\*|read|write|admin|(${SCOPED_RESOURCES.join("|")}):(read|write))$`), {
  error: `must be *, read, write, admin, or <resource>:read or :write, where the resource is one of ${SCOPED_RESOURCES.join(", ")}`,
});

export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    key_prefix: z.string(),
    scopes: z.array(z.string()),
    expires_at: Timestamp.nullable(),
    last_used_at: Timestamp.nullable(),
    created_at: Timestamp,
  })
  .meta({ id: "ApiKey" });
export type ApiKey = z.infer<typeof ApiKey>;

/** The only answer that holds the key itself. */
export const NewApiKey = ApiKey.extend({ key: z.string() }).meta({ id: "NewApiKey" });
export type NewApiKey = z.infer<typeof NewApiKey>;

export const CreateApiKey = z
  .object({
    name: z.string().trim().min(1).max(255),
    scopes: z.array(Scope).min(1).max(50).default(["*"]),
    expires_in_days: z.int().min(1).max(3650).nullish(),
  })
  .meta({ id: "CreateApiKey" });
export type CreateApiKey = z.infer<typeof CreateApiKey>;
