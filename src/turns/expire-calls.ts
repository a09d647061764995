import { approvalResolved } from "@/agent-loop/ask";
import { endWithoutRunning } from "@/agent-loop/call-tools";
import type { Database, Script, Tx } from "@/database/database";
import type { EventDraft } from "@/domain/event";
import type { ToolCallPart } from "@/domain/message";
import type { AnswerCall } from "./answer-call";
import type { AwaitedCall, AwaitedCallStore } from "./awaited-call-store";

type Parts = { db: Database; awaitedCalls: AwaitedCallStore; answerCall: AnswerCall };

export type ExpireCalls = ReturnType<typeof createExpireCalls>;

/** Answers what nobody has answered in time, in words that the model reads. Called now and then, and before anybody asks what is pending. */
export const createExpireCalls = ({ db, awaitedCalls, answerCall }: Parts) =>
  async function expireCalls(): Promise<void> {
    for (;;) {
      const due = await db.read(() => awaitedCalls.overdue(db));
      if (due.length === 0) return;
      await Promise.all(due.map((call) => db.transact((tx) => expire(tx, call))));
    }

    function* expire(tx: Tx, call: AwaitedCall): Script<void> {
      if (yield* awaitedCalls.isOpen(tx, call.id)) yield* answerCall(tx, call, answersFor(call));
    }
  };

const UNDECIDED = "Nobody decided about this call in time, so it was denied";
const UNANSWERED = "The client did not answer in time. Whether the tool took effect is unknown: check before you call it again.";

function answersFor({ id, awaits, toolCallId, name, arguments: json }: AwaitedCall): EventDraft[] {
  const call: ToolCallPart = { type: "tool_call", id: toolCallId, name, arguments: JSON.parse(json) };
  if (awaits === "client") return endWithoutRunning(call, UNANSWERED, "interrupted");
  return [approvalResolved(call, id, { decision: "expired", reason: UNDECIDED }), ...endWithoutRunning(call, UNDECIDED, "denied")];
}
