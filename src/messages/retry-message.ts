import type { AgentStore } from "@/agents/agent-store";
import type { Script, Tx } from "@/database/database";
import type { EventDraft } from "@/domain/event";
import type { Message } from "@/domain/message";
import type { Actor } from "@/domain/user";
import type { EventLog } from "@/events/event-log";
import type { SessionAddress } from "@/http/under-session";
import { conflict } from "@/platform/app-error";
import { newId } from "@/platform/ids";
import type { SessionStore } from "@/sessions/session-store";
import type { TurnStore } from "@/turns/turn-store";
import type { MessageLog } from "./message-log";

type Parts = {
  agents: AgentStore;
  sessions: SessionStore;
  messages: MessageLog;
  turns: TurnStore;
  eventLog: EventLog;
  wake: (sessionId: string) => void;
};

export type RetryMessage = ReturnType<typeof createRetryMessage>;

/**
 * Asks again what a failed or cancelled turn was asked: a new turn at the end of the conversation, whose messages say by
 * `metadata.retry_of` which they repeat. What came in between stays, and nothing that was kept changes.
 */
export const createRetryMessage = ({ agents, sessions, messages, turns, eventLog, wake }: Parts) =>
  function* retryMessage(tx: Tx, actor: Actor, address: SessionAddress, id: string): Script<{ turn_id: string; message_id: string }> {
    const { id: sessionId, agent_id } = yield* sessions.get(actor, address);
    yield* agents.checkUsable(actor, agent_id);
    const last = yield* turns.get(tx, sessionId, yield* messages.lastTurnOf(tx, sessionId, id));
    if (last.status === "completed") throw conflict("This message was answered: send another one", "already_answered");
    if (last.status !== "failed" && last.status !== "cancelled")
      throw conflict("The turn of this message is not over yet: wait for its end, or cancel it first", "turn_open");

    const turnId = newId();
    const asked = yield* messages.ofTurn(tx, last.id);
    const [kept] = yield* eventLog.append(tx, { sessionId, turnId }, asked.map(again));
    yield* turns.enqueue(kept!);
    tx.afterCommit(() => wake(sessionId));
    return { turn_id: turnId, message_id: kept!.id };
  };

const again = ({ id, content, controls, metadata, tags }: Message): EventDraft => ({
  type: "message.user",
  data: { role: "user", content, controls, metadata: { ...metadata, retry_of: metadata?.retry_of ?? id }, tags },
});
