import type { Script, Tx } from "@/database/database";
import type { EventLog } from "@/events/event-log";
import type { TurnRow, TurnStore } from "./turn-store";

type Parts = { turns: TurnStore; eventLog: EventLog; wake: (sessionId: string) => void };

export type WakeTurn = ReturnType<typeof createWakeTurn>;

/** Lets a waiting turn go on, with what was added to its log or wished of it. Does nothing to a turn that does not wait. */
export const createWakeTurn = ({ turns, eventLog, wake }: Parts) =>
  function* wakeTurn(tx: Tx, { id, sessionId }: Pick<TurnRow, "id" | "sessionId">): Script<void> {
    if (!(yield* turns.wake(tx, { id, sessionId }))) return;
    yield* eventLog.append(tx, { sessionId, turnId: id }, [{ type: "session.updated", data: { status: "running" } }]);
    tx.afterCommit(() => wake(sessionId));
  };
