import type { EventDraft, MessageDraft } from "@/domain/event";
import { approvalResolved } from "./ask";
import { endWithoutRunning } from "./call-tools";
import { type OpenCall, openCalls } from "./open-calls";
import { type Spent, spentIn } from "./spent";

export type TurnEnd = Spent & { status: "completed" | "failed" | "cancelled"; error: { code: string; message: string } | null };

/** The last events of a turn, kept together with its end or not at all. */
export type Ending = { drafts: EventDraft[]; end: TurnEnd };

export type EndingTurn = { messageId: string; durationMs: number; log: readonly EventDraft[] };

export function complete({ messageId, durationMs, log }: EndingTurn): Ending {
  const reason = log.findLast((event) => event.type === "model.completed")?.data.finish_reason;
  return completed(messageId, durationMs, log, [], isKnown(reason) ? reason : "stop");
}

/** The model would go on calling tools; a person should see why nothing more comes. */
export function completeAtLimit({ messageId, durationMs, log }: EndingTurn, maxModelCalls: number): Ending {
  const text = `I stopped here: this turn has used its ${maxModelCalls} model calls. Send another message to go on.`;
  return completed(
    messageId,
    durationMs,
    log,
    [{ type: "message.assistant", data: says(text, { limit: "model_calls" }) }],
    "model_call_limit",
  );
}

/** Leaves a message that says what went wrong, so that it shows in the conversation too. */
export function fail({ messageId, durationMs, log }: EndingTurn, code: string, error: string): Ending {
  const spent = spentIn(log);
  return {
    drafts: [
      ...answerOpenCalls(log, "The turn failed before this tool was run"),
      { type: "message.assistant", data: says(`This turn failed: ${error}`, { error: { code, message: error } }) },
      { type: "turn.failed", data: { message_id: messageId, code, error, ...spent, duration_ms: durationMs } },
    ],
    end: { status: "failed", error: { code, message: error }, ...spent },
  };
}

export function cancel({ messageId, durationMs, log }: EndingTurn): Ending {
  const spent = spentIn(log);
  return {
    drafts: [
      ...answerOpenCalls(log, "The turn was cancelled before this tool was run"),
      { type: "turn.cancelled", data: { message_id: messageId, ...spent, duration_ms: durationMs } },
    ],
    end: { status: "cancelled", error: null, ...spent },
  };
}

const REASONS = ["stop", "length", "content_filter", "refusal", "other"] as const;
type Reason = (typeof REASONS)[number] | "model_call_limit";

const isKnown = (reason: string | undefined): reason is (typeof REASONS)[number] => REASONS.some((known) => known === reason);

function completed(messageId: string, durationMs: number, log: readonly EventDraft[], drafts: EventDraft[], reason: Reason): Ending {
  const spent = spentIn(log);
  const last: EventDraft = {
    type: "turn.completed",
    data: { message_id: messageId, ...spent, duration_ms: durationMs, finish_reason: reason },
  };
  return { drafts: [...drafts, last], end: { status: "completed", error: null, ...spent } };
}

const says = (text: string, metadata: MessageDraft["metadata"]): MessageDraft => ({
  role: "assistant",
  content: [{ type: "text", text }],
  metadata: metadata ?? null,
});

const answerOpenCalls = (log: readonly EventDraft[], error: string): EventDraft[] =>
  openCalls(log).flatMap((open) => [
    ...withdrawn(open, error),
    ...endWithoutRunning(open.call, error, open.wasStarted ? "interrupted" : "error"),
  ]);

/** Nobody needs to decide any more. */
const withdrawn = ({ awaits, approvalId, call }: OpenCall, reason: string): EventDraft[] =>
  awaits === "approval" ? [approvalResolved(call, approvalId!, { decision: "cancelled", reason })] : [];
