import { z } from "zod";
import { Id } from "./common";
import { ToolName, ToolParameters, ToolPolicy } from "./tool";

const Method = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]);

/** Headers that say how a request travels are the client's own to set. */
const HOP_BY_HOP = /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|proxy-.*|keep-alive|idempotency-key)$/i;

const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, { error: "must be a header's name" })
  .refine((name) => !HOP_BY_HOP.test(name), { error: "must not be a header that the server sets itself" });

const HeaderText = z
  .string()
  .max(4000)
  .regex(/^[\x20-\x7e]*$/, { error: "must have visible ASCII characters only" });

/** `{name}` stands for an argument; the host is always the same. */
const UrlTemplate = z.string().max(2000).refine(isTemplate, {
  error: "must be an http or https address with {name} for arguments in its path and query, and none in its host",
});

const fields = {
  type: z.literal("http"),
  name: ToolName,
  description: z.string().max(4000),
  method: Method,
  url: UrlTemplate,
  /** Arguments that go into the query string, of a method that has a body; without a body all that are not in the address do. */
  query: z.array(z.string().min(1).max(128)).max(64),
  parameters: ToolParameters,
  effect: z.enum(["pure", "idempotent", "unsafe"]),
  policy: ToolPolicy,
  timeout_ms: z.int().min(100).max(300_000),
};

/** A tool that is a request to somebody's service. A secret header shows only whether it is set. */
export const HttpTool = z
  .object({ ...fields, headers: z.record(z.string(), z.union([z.string(), z.object({ secret_set: z.boolean() })])) })
  .meta({ id: "HttpTool" });
export type HttpTool = z.infer<typeof HttpTool>;

const GivenHeader = z.union([HeaderText, z.object({ secret: HeaderText.min(1) }), z.object({ secret_set: z.boolean() })]);

/** `{"secret": …}` is kept sealed and never shown; `{"secret_set": true}` leaves the secret as it is. */
export const GivenHttpTool = z
  .object({
    ...fields,
    description: fields.description.default(""),
    headers: z
      .record(HeaderName, GivenHeader)
      .default({})
      .refine((headers) => Object.keys(headers).length <= 32, { error: "must have at most 32 headers" }),
    query: fields.query.default([]),
    effect: fields.effect.default("unsafe"),
    policy: fields.policy.default("auto"),
    timeout_ms: fields.timeout_ms.default(30_000),
  })
  .refine(({ url, query, parameters }) => [...placeholdersOf(url), ...query].every((name) => isParameter(parameters, name)), {
    error: "must name only properties of parameters in url and query",
  })
  .meta({ id: "GivenHttpTool" });
export type GivenHttpTool = z.infer<typeof GivenHttpTool>;

/** Another agent as a tool: it is asked in a session of its own. */
export const AgentTool = z
  .object({ type: z.literal("agent"), agent_id: Id, name: ToolName, description: fields.description, policy: ToolPolicy })
  .meta({ id: "AgentTool" });
export type AgentTool = z.infer<typeof AgentTool>;

const GivenAgentTool = z
  .object({ ...AgentTool.shape, description: fields.description.default(""), policy: fields.policy.default("auto") })
  .meta({ id: "GivenAgentTool" });

export const OwnTool = z.discriminatedUnion("type", [HttpTool, AgentTool]);
export type OwnTool = z.infer<typeof OwnTool>;

const GivenTool = z.discriminatedUnion("type", [GivenHttpTool, GivenAgentTool], { error: "must have the type http or agent" });
export type GivenTool = z.infer<typeof GivenTool>;

export const GivenTools = z
  .array(GivenTool)
  .max(64)
  .refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length, { error: "must not name a tool twice" });

export const placeholdersOf = (url: string): string[] => [...url.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!);

function isTemplate(url: string): boolean {
  const [, host] = /^https?:\/\/([^/?#]+)(?:[/?#]|$)/.exec(url) ?? [];
  if (!host || /[{}@\\\s]/.test(host) || /[#\s\\]/.test(url)) return false;
  if (/[{}]/.test(url.replace(/\{[^{}]+\}/g, ""))) return false;
  return URL.canParse(url.replace(/\{[^{}]+\}/g, "x"));
}

function isParameter({ properties }: z.infer<typeof ToolParameters>, name: string): boolean {
  return typeof properties === "object" && properties !== null && Object.hasOwn(properties, name);
}
