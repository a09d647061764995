import type { AgentStore } from "@/agents/agent-store";
import type { Script, Tx } from "@/database/database";
import type { EventDraft } from "@/domain/event";
import type { Message, UpdateMessage } from "@/domain/message";
import type { Actor } from "@/domain/user";
import type { EventLog } from "@/events/event-log";
import type { SessionAddress } from "@/http/under-session";
import { newId } from "@/platform/ids";
import type { SessionStore } from "@/sessions/session-store";
import type { TurnStore } from "@/turns/turn-store";
import { type MessageLog, toMessage } from "./message-log";
import { takeFromQueue } from "./queued-message";

type Parts = {
  agents: AgentStore;
  sessions: SessionStore;
  messages: MessageLog;
  turns: TurnStore;
  eventLog: EventLog;
  wake: (sessionId: string) => void;
};

export type UpdateQueued = ReturnType<typeof createUpdateMessage>;

/**
 * Puts a new message in the place of one that still waits in the queue. Nobody has built upon the old one, but streams have sent it:
 * it is taken back rather than changed, and the new one has an id, a turn and a sequence of its own.
 */
export const createUpdateMessage = (parts: Parts) =>
  function* updateMessage(tx: Tx, actor: Actor, address: SessionAddress, id: string, { content }: UpdateMessage): Script<Message> {
    const { agents, sessions, messages, turns, eventLog, wake } = parts;
    const { id: sessionId, agent_id } = yield* sessions.get(actor, address);
    yield* agents.checkUsable(actor, agent_id);
    const { id: turnId, position } = yield* takeFromQueue(parts, tx, sessionId, id);

    const asked = yield* messages.ofTurn(tx, turnId);
    const drafts = asked.map((message) => draftOf(message.id === id ? { ...message, content } : message));
    const kept = yield* eventLog.append(tx, { sessionId, turnId: newId() }, drafts);
    yield* turns.enqueue(kept[0]!, position);
    tx.afterCommit(() => wake(sessionId));
    return toMessage(kept[asked.findIndex((message) => message.id === id)]!.json);
  };

const draftOf = ({ content, controls, metadata, tags }: Message): EventDraft => ({
  type: "message.user",
  data: { role: "user", content, controls, metadata, tags },
});
