import { z } from "zod";
import { Id, Timestamp } from "./common";

/** `*`, `read`, `write`, `admin`, or one resource's: `agents:read`. */
export const Scope = z.string().regex(/^(\*|read|write|admin|[a-z][a-z-]{0,31}:(read|write))$/, {
  error: "must be *, read, write, admin, or <resource>:read or :write",
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
