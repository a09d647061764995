import type { Script, Tx } from "@/database/database";
import { noUsage } from "@/domain/usage";
import type { EventLog } from "@/events/event-log";
import { conflict } from "@/platform/app-error";
import type { RunningTurns } from "./running-turns";
import type { TurnRow, TurnStore } from "./turn-store";
import type { WakeTurn } from "./wake-turn";

type Parts = {
  turns: TurnStore;
  eventLog: EventLog;
  running: RunningTurns;
  wakeTurn: WakeTurn;
  wake: (sessionId: string) => void;
  /** Answers the call of another agent that waits for this turn. */
  turnEnded: (tx: Tx, sessionId: string, turnId: string) => Script<void>;
};

export type CancelTurn = ReturnType<typeof createCancelTurn>;

/**
 * Stops a turn, or whatever runs when none is named. One that waits in the queue ends at once; a running one is told, and ends itself
 * with what it has written so far. The wish is durable: a crash in between does not bring the turn back.
 */
export const createCancelTurn = ({ turns, eventLog, running, wakeTurn, turnEnded, wake }: Parts) =>
  function* cancelTurn(tx: Tx, sessionId: string, turnId: string | null): Script<{ turn_id: string }> {
    const open = yield* turns.open(sessionId);
    const turn = open.find((each) => (turnId === null ? !isUnbegun(each) : each.id === turnId));
    if (!turn && turnId !== null) {
      yield* turns.get(tx, sessionId, turnId);
      throw conflict("This turn is over already", "turn_over");
    }
    if (!turn) throw conflict("No turn is running in this session", "nothing_running");

    if (isUnbegun(turn)) {
      yield* turns.cancelQueued(tx, turn.id);
      yield* eventLog.append(tx, { sessionId, turnId: turn.id }, [
        { type: "turn.cancelled", data: { message_id: turn.messageId, usage: noUsage, cost_usd: null, duration_ms: 0 } },
      ]);
      yield* turnEnded(tx, sessionId, turn.id);
      return { turn_id: turn.id };
    }
    yield* turns.requestCancel(tx, turn.id);
    yield* wakeTurn(tx, turn);
    tx.afterCommit(() => {
      if (!running.cancel(turn.id)) wake(sessionId);
    });
    return { turn_id: turn.id };
  };

/** A turn that an earlier process handed over waits in the queue too, but has begun: only whoever runs it can end it properly. */
const isUnbegun = ({ status, startedAt }: TurnRow): boolean => status === "queued" && startedAt === null;
