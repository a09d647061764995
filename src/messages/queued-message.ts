import type { Script, Tx } from "@/database/database";
import { noUsage } from "@/domain/usage";
import type { EventLog } from "@/events/event-log";
import { conflict } from "@/platform/app-error";
import type { TurnRow, TurnStore } from "@/turns/turn-store";
import type { MessageLog } from "./message-log";

type Parts = { messages: MessageLog; turns: TurnStore; eventLog: EventLog };

/**
 * Takes a message out of the queue, with the turn that would have answered it. Both stay in the log; the turn's end says that it never
 * began, and neither the conversation nor the model has the message any more. Throws a conflict once the turn has begun.
 */
export function* takeFromQueue({ messages, turns, eventLog }: Parts, tx: Tx, sessionId: string, messageId: string): Script<TurnRow> {
  const { turn_id } = yield* messages.get(tx, sessionId, messageId);
  const open = yield* turns.open(sessionId);
  const turn = open.find(({ id, status, startedAt }) => id === turn_id && status === "queued" && startedAt === null);
  if (!turn) throw conflict("The turn of this message has begun: it can be cancelled, but not changed", "already_started");
  yield* turns.cancelQueued(tx, turn.id);
  yield* eventLog.append(tx, { sessionId, turnId: turn.id }, [
    { type: "turn.cancelled", data: { message_id: turn.messageId, usage: noUsage, cost_usd: null, duration_ms: 0 } },
  ]);
  return turn;
}
