import type { Script, Tx } from "@/database/database";
import type { Agent, CreateAgent } from "@/domain/agent";
import type { Actor } from "@/domain/user";
import type { AgentStore } from "./agent-store";
import type { AgentVersionStore } from "./agent-version-store";

/** Makes an agent, and remembers its first version. */
export const createCreateAgent = ({ agents, versions }: { agents: AgentStore; versions: AgentVersionStore }) =>
  function* createAgent(tx: Tx, actor: Actor, input: CreateAgent): Script<Agent> {
    const agent = yield* agents.create(tx, actor, input);
    yield* versions.keep(tx, agent, actor.user.id);
    return agent;
  };
