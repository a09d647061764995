import type { EventDraft } from "@/domain/event";
import type { ToolCallPart } from "@/domain/message";

export type OpenCall = { call: ToolCallPart; wasStarted: boolean };

export type Step =
  | { kind: "start" }
  | { kind: "call_model"; step: number; attempt: number; replaces: string | null; notBefore: number | null }
  | { kind: "run_tools"; calls: OpenCall[] }
  | { kind: "give_up"; code: "crash_loop" | "model_call_limit" }
  | { kind: "finish" };

/** A step that takes the server down with it this often is not tried again. */
const MAX_CRASHES = 3;

/**
 * What a turn needs next, read from its own log alone. That makes the log the checkpoint:
 * a turn that was cut short anywhere goes on by asking this again.
 */
export function nextStep(log: readonly EventDraft[], { maxModelCalls }: { maxModelCalls: number }): Step {
  if (!log.some(({ type }) => type === "turn.started")) return { kind: "start" };
  if (hasCrashedTooOften(log)) return { kind: "give_up", code: "crash_loop" };

  const open = openCalls(log);
  if (open.length > 0) return { kind: "run_tools", calls: open };

  const lastAnswer = log.findLastIndex(({ type }) => type === "message.assistant");
  const isLastWord = lastAnswer >= 0 && callsOf(log[lastAnswer]!).length === 0;
  // A message that came after the model was asked has not been read yet: the turn goes on with it.
  const asked = log.findLastIndex(({ type }) => type === "model.started");
  const hasUnread = log.findLastIndex(({ type }) => type === "message.user") > asked;
  if (isLastWord && !hasUnread && asked < lastAnswer) return { kind: "finish" };

  const answers = log.filter(({ type }) => type === "message.assistant").length;
  if (answers >= maxModelCalls) return { kind: "give_up", code: "model_call_limit" };
  return callModel(answers + 1, log);
}

function callModel(step: number, log: readonly EventDraft[]): Step {
  const attempts = log.flatMap((event) => (event.type === "model.started" && event.data.step === step ? [event.data] : []));
  // The wish to wait outlasts whatever came behind it: a restart, or words that a person added.
  const last = log.findLast(({ type }) => type === "model.started" || type === "model.retrying");
  return {
    kind: "call_model",
    step,
    attempt: attempts.length + 1,
    replaces: attempts.at(-1)?.message_id ?? null,
    notBefore: last?.type === "model.retrying" ? Date.parse(last.data.next_retry_at) : null,
  };
}

export const callsOf = (event: EventDraft): ToolCallPart[] =>
  event.type === "message.assistant" ? event.data.content.filter((part) => part.type === "tool_call") : [];

/** The calls of the last answer that nothing has answered yet, whatever becomes of the turn. */
export function openCalls(log: readonly EventDraft[]): OpenCall[] {
  const lastAnswer = log.findLastIndex(({ type }) => type === "message.assistant");
  if (lastAnswer < 0) return [];
  const since = log.slice(lastAnswer + 1);
  const answered = new Set(since.flatMap((event) => (event.type === "tool.completed" ? [event.data.tool_call_id] : [])));
  const started = new Set(since.flatMap((event) => (event.type === "tool.started" ? [event.data.tool_call_id] : [])));
  return callsOf(log[lastAnswer]!)
    .filter(({ id }) => !answered.has(id))
    .map((call) => ({ call, wasStarted: started.has(call.id) }));
}

/** The turn has taken the server down again and again without getting on. */
export function hasCrashedTooOften(log: readonly EventDraft[]): boolean {
  const progress = log.findLastIndex(({ type }) => type.startsWith("message.") || type === "tool.completed");
  const since = log.slice(progress + 1);
  return since.filter((event) => event.type === "turn.resumed" && event.data.after === "crash").length >= MAX_CRASHES;
}
