import type { EventDraft, MessageDraft } from "@/domain/event";
import type { ToolCallPart } from "@/domain/message";
import { AppError } from "@/platform/app-error";
import { bounded } from "./keep-aside";
import type { OpenCall } from "./open-calls";
import { type JsonValue, ToolFailure, type ToolWrite } from "./tool";

export type Outcome = { status: "ok" | "error" | "interrupted" | "denied"; result: JsonValue; error: string | null };

/** A write, and how its call ends once it is known how the write went. */
export type CallWrite = { toolName: string; write: ToolWrite; endOf: (outcome: Outcome) => EventDraft[] };

/** How a call has ended: the facts to keep, or a write that is to be kept with them. */
export type EndedCall = { kind: "facts"; drafts: EventDraft[] } | ({ kind: "write" } & CallWrite);

export const succeeded = (result: JsonValue): Outcome => ({ status: "ok", result, error: null });
export const failed = (error: string): Outcome => ({ status: "error", result: null, error });

/** What the model reads of an error: words that are meant for a caller, and of a bug only that there was one. */
export function failureOf(error: unknown, onInternalError: (error: unknown) => void): Outcome {
  if (error instanceof ToolFailure || error instanceof AppError) return failed(error.message);
  onInternalError(error);
  return failed("An internal error occurred while executing the tool");
}

/** The last events of a call, which are kept together. `durationMs` is null for a call that was not run. */
export function endOfCall(
  { call: { id, name, arguments: input }, isChanged }: Pick<OpenCall, "call" | "isChanged">,
  outcome: Outcome,
  durationMs: number | null,
): EventDraft[] {
  const kept = bounded(outcome);
  const { status, result, error } = kept;
  const message: MessageDraft = {
    role: "tool_result",
    tool_call_id: id,
    content: [{ type: "tool_result", tool_call_id: id, ...(isChanged ? toldOfChange(kept, input) : { result, error }) }],
  };
  return [
    { type: "tool.completed", data: { tool_call_id: id, name, arguments: input, status, result, error, duration_ms: durationMs } },
    { type: "message.tool_result", data: message },
  ];
}

/** The model has its own arguments in the conversation: it is told what was really run. */
function toldOfChange({ result, error }: Outcome, input: ToolCallPart["arguments"]): { result: JsonValue; error: string | null } {
  if (error !== null) return { result: null, error: `${error} (${CHANGED}: ${JSON.stringify(input)})` };
  return { result: { note: CHANGED, arguments: input, result }, error: null };
}

const CHANGED = "A person changed the arguments of this call before it was run";
