import type { Script, Tx } from "@/database/database";
import type { Actor } from "@/domain/user";
import type { EventLog } from "@/events/event-log";
import type { SessionAddress } from "@/http/under-session";
import type { SessionStore } from "@/sessions/session-store";
import type { TurnStore } from "@/turns/turn-store";
import type { MessageLog } from "./message-log";
import { takeFromQueue } from "./queued-message";

type Parts = {
  sessions: SessionStore;
  messages: MessageLog;
  turns: TurnStore;
  eventLog: EventLog;
  /** Answers the call of another agent that waits for this turn. */
  turnEnded: (tx: Tx, sessionId: string, turnId: string) => Script<void>;
};

export type RemoveMessage = ReturnType<typeof createRemoveMessage>;

/** Takes back a message that still waits in the queue. */
export const createRemoveMessage = (parts: Parts) =>
  function* removeMessage(tx: Tx, actor: Actor, address: SessionAddress, id: string): Script<void> {
    const session = yield* parts.sessions.get(actor, address);
    const turn = yield* takeFromQueue(parts, tx, session.id, id);
    yield* parts.turnEnded(tx, session.id, turn.id);
  };
