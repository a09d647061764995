import { z } from "zod";
import { Id, Timestamp } from "./common";
import { GivenMcpOAuth, McpOAuth } from "./mcp-oauth";

/** A tool as its server describes it. `annotations` are the server's own claims about it. */
export const McpTool = z
  .object({
    name: z.string(),
    description: z.string(),
    input_schema: z.record(z.string(), z.json()),
    annotations: z.object({ read_only: z.boolean(), idempotent: z.boolean(), destructive: z.boolean() }),
  })
  .meta({ id: "McpTool" });
export type McpTool = z.infer<typeof McpTool>;

/**
 * A server of the Model Context Protocol. Agents are given its tools as the capability `mcp:<name>`. `tools` are those that an admin has
 * accepted; `changed_tools` are what the server offers now, where that differs: nothing of it reaches a model until it is accepted.
 */
export const McpServer = z
  .object({
    id: Id,
    name: z.string(),
    transport: z.enum(["http", "stdio"]),
    url: z.string().nullable(),
    /** Names alone: the values are write-only. */
    header_names: z.array(z.string()),
    /** Null for a server that is reached with its headers alone. */
    oauth: McpOAuth.nullable(),
    status: z.enum(["active", "disabled"]),
    /** From the operator's configuration file, which alone can change it. */
    is_configured: z.boolean(),
    tools: z.array(McpTool),
    changed_tools: z.array(McpTool).nullable(),
    /** Why the last attempt to reach it failed; null when it did not. */
    last_error: z.string().nullable(),
    checked_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: "McpServer" });
export type McpServer = z.infer<typeof McpServer>;

/** Becomes part of a capability's id and of tools' names. */
export const McpServerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, { error: "must be 1 to 32 small letters, digits, _ and -, the first a letter or digit" })
  .meta({ examples: ["github"] });

const HeaderName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, { error: "must be a header's name" });
const HeaderValue = z.string().regex(/^[\x20-\x7e]{1,8000}$/, { error: "must be a header's value: visible ASCII characters" });

/** The protocol and the client write these themselves. */
const OWN_HEADERS = new Set(["host", "content-length", "content-type", "accept", "connection", "transfer-encoding", "mcp-session-id"]);

const fields = {
  name: McpServerName,
  url: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).max(2000),
  headers: z
    .record(HeaderName, HeaderValue)
    .refine((headers) => Object.keys(headers).length <= 20, { error: "must be at most 20" })
    .refine((headers) => !Object.keys(headers).some((name) => OWN_HEADERS.has(name.toLowerCase())), {
      error: "must not name a header that the client writes itself",
    }),
  oauth: GivenMcpOAuth.nullable(),
  status: z.enum(["active", "disabled"]),
};

export const CreateMcpServer = z
  .object({ ...fields, headers: fields.headers.default({}), oauth: fields.oauth.default(null), status: fields.status.default("active") })
  .meta({ id: "CreateMcpServer" });
export type CreateMcpServer = z.infer<typeof CreateMcpServer>;

/**
 * `headers` replaces all of them, and `oauth` is replaced as a whole, which signs out. A changed address without new ones clears both: they were meant
 * for the old one.
 */
export const UpdateMcpServer = z.object(fields).omit({ name: true }).partial().meta({ id: "UpdateMcpServer" });
export type UpdateMcpServer = z.infer<typeof UpdateMcpServer>;

export const McpServerTest = z.object({ ok: z.boolean(), message: z.string(), server: McpServer }).meta({ id: "McpServerTest" });
export type McpServerTest = z.infer<typeof McpServerTest>;

/** Where an admin has to sign in; null where this server has signed itself in. */
export const McpSignIn = z.object({ authorization_url: z.url().nullable(), server: McpServer }).meta({ id: "McpSignIn" });
export type McpSignIn = z.infer<typeof McpSignIn>;
