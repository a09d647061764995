import type { Database, Script, Tx } from "@/database/database";
import type { EventLog } from "@/events/event-log";
import type { Clock } from "@/platform/clock";
import { createAnswerCall } from "./answer-call";
import { createAwaitedCallStore } from "./awaited-call-store";
import { createCancelTurn } from "./cancel-turn";
import { createDelegateCall, type OpenChild } from "./delegate-call";
import { createExpireCalls } from "./expire-calls";
import type { RunningTurns } from "./running-turns";
import type { TurnStore } from "./turn-store";
import { createWakeTurn } from "./wake-turn";

type Parts = {
  db: Database;
  eventLog: EventLog;
  turns: TurnStore;
  running: RunningTurns;
  openChild: OpenChild;
  wake: (sessionId: string) => void;
  clock: Clock;
};

export type WaitingTurns = ReturnType<typeof createWaitingTurns>;

/** All that answers, wakes and stops turns that wait for a person, a client or another agent: built together, for each needs the others. */
export function createWaitingTurns({ db, eventLog, turns, running, openChild, wake, clock }: Parts) {
  const awaitedCalls = createAwaitedCallStore(db, clock);
  const wakeTurn = createWakeTurn({ turns, eventLog, wake });
  const answerCall = createAnswerCall({ eventLog, awaitedCalls, wakeTurn });
  const expireCalls = createExpireCalls({ db, awaitedCalls, answerCall });
  const delegateCall = createDelegateCall({ eventLog, awaitedCalls, turns, answerCall, openChild, wake, clock });
  const cancelTurn = createCancelTurn({ turns, eventLog, running, wakeTurn, wake, turnEnded: delegateCall.turnEnded });

  return {
    awaitedCalls,
    wakeTurn,
    answerCall,
    expireCalls,
    delegateCall,
    cancelTurn,
    /** Stops whatever is open in a session, if anything is. */
    *stopSession(tx: Tx, sessionId: string): Script<void> {
      const [open] = yield* turns.open(sessionId);
      if (open) yield* cancelTurn(tx, sessionId, open.id);
    },
  };
}
