import { z } from "zod";
import type { ToolDescription, ToolEffect, ToolPolicy } from "@/domain/tool";

export type JsonValue = z.infer<ReturnType<typeof z.json>>;

export type ToolContext = {
  sessionId: string;
  turnId: string;
  toolCallId: string;
  /** The same for every attempt of the same call: hand it to services that take an idempotency key. */
  idempotencyKey: string;
  now: Date;
  signal: AbortSignal;
};

/** What a transactional tool does to our own tables. Opaque to the loop: whoever keeps the log runs it, in the transaction of the call's end. */
export class ToolWrite {
  constructor(readonly script: unknown) {}
}

/**
 * Something a model can call. It answers a JSON value, or throws `ToolFailure` with words for the model. Anything else it throws is a bug.
 * A `transactional` one may read first, and hands over a `ToolWrite`, whose result is the call's.
 */
export type Tool<Input = unknown> = {
  name: string;
  description: string;
  /** Checked before `run`; the model reads what was wrong. */
  input: z.ZodType<Input>;
  /** The JSON Schema that the model is shown, where it is not that of `input`. */
  parameters?: ToolDescription["parameters"];
  effect: ToolEffect;
  policy: ToolPolicy;
  /** Somebody else than this server, whose result the turn waits for. */
  runsOn?: "client" | "agent";
  /** The agent that is asked. */
  agentId?: string;
  run(input: Input, context: ToolContext): JsonValue | ToolWrite | Promise<JsonValue | ToolWrite>;
};

/**
 * A failure that the model should read and act on. `isOutcomeUnknown`: the work may have been done all the same, which the model is told of a
 * tool that must not run twice.
 */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly isOutcomeUnknown: boolean;
  constructor(message: string, { isOutcomeUnknown = false }: { isOutcomeUnknown?: boolean } = {}) {
    super(message);
    this.isOutcomeUnknown = isOutcomeUnknown;
  }
}

type Declared<Input> = Omit<Tool<Input>, "effect" | "policy"> & { effect?: ToolEffect; policy?: ToolPolicy };

/** A tool that does not say what happens when it runs twice is taken for `unsafe`. */
export const defineTool = <Input>({ effect = "unsafe", policy = "auto", ...tool }: Declared<Input>): Tool<Input> => ({
  ...tool,
  effect,
  policy,
});

const described = new WeakMap<Tool, ToolDescription>();

/** Made once for each tool: its JSON Schema takes longer to make than a turn has. */
export function describeTool(tool: Tool): ToolDescription {
  const known = described.get(tool);
  if (known) return known;
  const { name, description, input, parameters = jsonSchemaOf(input), effect, policy } = tool;
  const made = { name, description, parameters, effect, policy };
  described.set(tool, made);
  return made;
}

/** The `$schema` line is left out: some providers refuse it. */
function jsonSchemaOf(input: z.ZodType): ToolDescription["parameters"] {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: "input" });
  return schema as ToolDescription["parameters"];
}
