import { z } from "zod";
import { inputSchemaOf } from "./json-schema";

/**
 * What happens when a tool runs twice, which decides what a restart may do with a call that was cut short:
 * `pure` (nothing changes) and `idempotent` (same key, same outcome) run again; `transactional` writes only to our own tables,
 * in one transaction with its result; `unsafe` is never run twice, its outcome is reported as unknown.
 */
export const ToolEffect = z.enum(["pure", "idempotent", "transactional", "unsafe"]);
export type ToolEffect = z.infer<typeof ToolEffect>;

export const ToolPolicy = z.enum(["auto", "requires_approval"]);
export type ToolPolicy = z.infer<typeof ToolPolicy>;

/** A tool as the API shows it. `parameters` is a JSON Schema. */
export const ToolDescription = z
  .object({
    name: z.string(),
    description: z.string(),
    parameters: z.record(z.string(), z.json()),
    effect: ToolEffect,
    policy: ToolPolicy,
  })
  .meta({ id: "Tool" });
export type ToolDescription = z.infer<typeof ToolDescription>;

/** What providers take as a tool's name. */
export const ToolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, { error: "must be 1 to 64 letters, digits, _ and -" });

/** By the name of the tool; what is not named keeps the policy that the tool has by itself. */
export const ToolPolicies = z.record(ToolName, ToolPolicy).refine((policies) => Object.keys(policies).length <= 200, {
  error: "must name at most 200 tools",
});
export type ToolPolicies = z.infer<typeof ToolPolicies>;

/** So long a tool's schema may be, as JSON: all of it goes to the model with every call. */
const MAX_SCHEMA_CHARACTERS = 32_000;

/** The JSON Schema of a tool's arguments. */
export const ToolParameters = z
  .record(z.string(), z.json())
  .refine((schema) => schema.type === "object", { error: 'must be a JSON Schema with "type": "object"' })
  .refine((schema) => JSON.stringify(schema).length <= MAX_SCHEMA_CHARACTERS, {
    error: `must have at most ${MAX_SCHEMA_CHARACTERS} characters of JSON`,
  })
  .refine((schema) => inputSchemaOf(schema) !== null, { error: "must be a JSON Schema, and may refer only to what it holds itself" });
export type ToolParameters = z.infer<typeof ToolParameters>;

/** A tool that the client runs: a call to it waits until the client posts the result. */
export const ClientTool = z
  .object({ name: ToolName, description: z.string().max(4000).optional(), parameters: ToolParameters })
  .meta({ id: "ClientTool" });
export type ClientTool = z.infer<typeof ClientTool>;

export const ClientTools = z
  .array(ClientTool)
  .max(64)
  .refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length, { error: "must not name a tool twice" });
