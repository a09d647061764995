import { z } from "zod";

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
