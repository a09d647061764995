import { z } from "zod";

const VISIBLE = /^[\x21-\x7e]+$/;

const Grant = z.enum(["authorization_code", "client_credentials"]);
const ClientId = z.string().max(2000).regex(VISIBLE, { error: "must be visible ASCII characters without spaces" });
const Scope = z
  .string()
  .max(2000)
  .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/, { error: "must be names with one space between them" });

/** How this server gets into an MCP server that asks for OAuth. */
export const McpOAuth = z
  .object({
    grant: Grant,
    /** Null: this server registers itself with the authorization server. */
    client_id: z.string().nullable(),
    client_secret_set: z.boolean(),
    scope: z.string().nullable(),
    is_signed_in: z.boolean(),
  })
  .meta({ id: "McpOAuth" });
export type McpOAuth = z.infer<typeof McpOAuth>;

/** `authorization_code` lets an admin sign in by a browser; `client_credentials` signs the server itself in, and needs a client with its secret. */
export const GivenMcpOAuth = z
  .object({
    grant: Grant.default("authorization_code"),
    client_id: ClientId.nullable().default(null),
    client_secret: z
      .string()
      .max(4000)
      .regex(VISIBLE, { error: "must be visible ASCII characters without spaces" })
      .nullable()
      .default(null),
    scope: Scope.nullable().default(null),
  })
  .refine(({ client_id, client_secret }) => client_secret === null || client_id !== null, {
    error: "must have the client_id that the client_secret belongs to",
  })
  .refine(({ grant, client_secret }) => grant === "authorization_code" || client_secret !== null, {
    error: "must have a client_id and a client_secret for the grant client_credentials",
  })
  .meta({ id: "GivenMcpOAuth" });
export type GivenMcpOAuth = z.infer<typeof GivenMcpOAuth>;

/** What the authorization server sent the browser back with. */
export const FinishMcpSignIn = z
  .object({
    state: z.string().min(1).max(1000),
    code: z.string().max(4000).optional(),
    iss: z.string().max(2000).optional(),
    error: z.string().max(1000).optional(),
  })
  .meta({ id: "FinishMcpSignIn" });
export type FinishMcpSignIn = z.infer<typeof FinishMcpSignIn>;
