import { isWaiting } from "@/agent-loop/open-calls";
import type { Script, Tx } from "@/database/database";
import type { EventDraft } from "@/domain/event";
import type { EventLog } from "@/events/event-log";
import type { AwaitedCallStore } from "./awaited-call-store";
import { toDraft } from "./to-draft";
import type { WakeTurn } from "./wake-turn";

type Parts = { eventLog: EventLog; awaitedCalls: AwaitedCallStore; wakeTurn: WakeTurn };

export type AnswerCall = ReturnType<typeof createAnswerCall>;

/**
 * Adds an answer to the log of the turn that waits for it. The turn goes on as soon as there is something to do;
 * one that still runs finds the answer in its log.
 */
export const createAnswerCall = ({ eventLog, awaitedCalls, wakeTurn }: Parts) =>
  function* answerCall(tx: Tx, { sessionId, turnId }: { sessionId: string; turnId: string }, drafts: readonly EventDraft[]): Script<void> {
    const kept = yield* eventLog.append(tx, { sessionId, turnId }, drafts);
    yield* awaitedCalls.follow(tx, kept);
    const log = yield* eventLog.ofTurn(turnId);
    if (!isWaiting(log.map(toDraft))) yield* wakeTurn(tx, { id: turnId, sessionId });
  };
