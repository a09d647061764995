import type { AgentStore } from "@/agents/agent-store";
import type { AgentVersionStore } from "@/agents/agent-version-store";
import type { Script, Tx } from "@/database/database";
import type { CreateSession, Session } from "@/domain/session";
import type { ClientTool } from "@/domain/tool";
import type { Actor } from "@/domain/user";
import { conflict } from "@/platform/app-error";
import type { SessionStore } from "./session-store";

type Parts = {
  agents: AgentStore;
  versions: AgentVersionStore;
  sessions: SessionStore;
  /** Throws unless the model that a field points at is there. */
  checkModel: (tx: Tx, field: string, id: string | null | undefined) => Script<void>;
  /** Throws when a client's tool has the name of one of the agent's own. */
  checkClientTools: (agentId: string, field: string, tools: readonly ClientTool[] | null | undefined) => Script<void>;
};

export type NewSession = ReturnType<typeof createNewSession>;

/** Opens a session with an agent that the caller may use. It keeps the agent's model of today unless it is given one. */
export const createNewSession = ({ agents, versions, sessions, checkModel, checkClientTools }: Parts) =>
  function* newSession(tx: Tx, actor: Actor, agentId: string, input: CreateSession): Script<Session> {
    const agent = yield* agents.get(tx, actor, agentId);
    if (agent.status === "archived")
      throw conflict("This agent is archived: make it active again before opening a session", "agent_archived");
    yield* checkModel(tx, "model_id", input.model_id);
    const pinned = input.agent_version ?? null;
    if (pinned !== null && pinned !== agent.version) yield* versions.get(tx, agent.id, pinned);
    yield* checkClientTools(agent.id, "client_tools", input.client_tools);
    return yield* sessions.create(tx, actor, agent.id, { ...input, model_id: input.model_id ?? agent.default_model_id });
  };
