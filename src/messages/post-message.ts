import type { AgentStore } from "@/agents/agent-store";
import type { Script, Tx } from "@/database/database";
import type { EventDraft } from "@/domain/event";
import type { CreateMessage, Message } from "@/domain/message";
import type { ClientTool } from "@/domain/tool";
import type { Actor } from "@/domain/user";
import type { EventLog } from "@/events/event-log";
import type { SessionAddress } from "@/http/under-session";
import { conflict } from "@/platform/app-error";
import { newId } from "@/platform/ids";
import type { SessionStore } from "@/sessions/session-store";
import type { RunningTurns } from "@/turns/running-turns";
import type { TurnStore } from "@/turns/turn-store";
import type { WakeTurn } from "@/turns/wake-turn";
import { toMessage } from "./message-log";
import { titleOf } from "./session-title";

/** A queue longer than this is a client gone wrong. */
const MAX_QUEUED = 1000;

type Parts = {
  agents: AgentStore;
  sessions: SessionStore;
  turns: TurnStore;
  eventLog: EventLog;
  running: RunningTurns;
  wakeTurn: WakeTurn;
  /** Throws when a client's tool has the name of one of the agent's own. */
  checkClientTools: (agentId: string, field: string, tools: readonly ClientTool[] | null | undefined) => Script<void>;
  wake: (sessionId: string) => void;
};

export type PostMessage = ReturnType<typeof createPostMessage>;

/** Keeps a user's message and queues the turn that answers it: both, or neither. What happens while another turn runs is `controls.when_busy`. */
export const createPostMessage = ({ agents, sessions, turns, eventLog, running, wakeTurn, checkClientTools, wake }: Parts) =>
  function* postMessage(tx: Tx, actor: Actor, address: SessionAddress, input: CreateMessage): Script<Message> {
    const session = yield* sessions.get(actor, address);
    yield* agents.checkUsable(actor, session.agent_id);
    const sessionId = session.id;
    yield* checkClientTools(session.agent_id, "controls.client_tools", input.controls?.client_tools);
    const { active, openCount } = yield* turns.busy(sessionId);
    const whenBusy = input.controls?.when_busy ?? "enqueue";

    if (whenBusy === "reject" && openCount > 0)
      throw conflict("The session is busy: wait for its turn to end, or leave out when_busy to queue the message", "session_busy");
    if (openCount >= MAX_QUEUED) throw conflict(`The session has ${MAX_QUEUED} messages waiting already`, "queue_full");

    const steered = whenBusy === "steer" && active?.status === "running" && active.cancelRequestedAt === null ? active : undefined;
    const turnId = steered?.id ?? newId();
    const title = session.title === null ? titleOf(input.content) : null;
    const drafts: EventDraft[] = [
      {
        type: "message.user",
        data: { role: "user", content: input.content, controls: input.controls, metadata: ofClient(input.metadata), tags: input.tags },
      },
      ...(title === null ? [] : [{ type: "session.updated" as const, data: { title } }]),
    ];
    const [kept] = yield* eventLog.append(tx, { sessionId, turnId }, drafts);
    if (title !== null) yield* sessions.update(tx, actor, address, { title });
    if (steered) return toMessage(kept!.json);

    yield* turns.enqueue(kept!);
    if (whenBusy === "interrupt" && active) {
      yield* turns.requestCancel(tx, active.id);
      yield* wakeTurn(tx, active);
      tx.afterCommit(() => running.cancel(active.id));
    }
    tx.afterCommit(() => wake(sessionId));
    return toMessage(kept!.json);
  };

/** `retry_of` is the server's to say. */
function ofClient(metadata: CreateMessage["metadata"]): CreateMessage["metadata"] {
  if (metadata === null || !("retry_of" in metadata)) return metadata;
  const { retry_of: _, ...kept } = metadata;
  return kept;
}
