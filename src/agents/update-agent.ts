import type { Script, Tx } from "@/database/database";
import type { Agent, UpdateAgent } from "@/domain/agent";
import type { Actor } from "@/domain/user";
import type { AgentStore } from "./agent-store";
import { type AgentVersionStore, definitionOf } from "./agent-version-store";

export type ChangeAgent = ReturnType<typeof createUpdateAgent>;

/** Changes an agent; where that changes how it answers, the agent gets a new version, and the one before is kept. */
export const createUpdateAgent = ({ agents, versions }: { agents: AgentStore; versions: AgentVersionStore }) =>
  function* updateAgent(tx: Tx, actor: Actor, id: string, input: UpdateAgent): Script<Agent> {
    const before = yield* agents.get(tx, actor, id);
    const after = yield* agents.update(tx, actor, id, input);
    if (JSON.stringify(definitionOf(before)) === JSON.stringify(definitionOf(after))) return after;
    // An agent from before there were versions has none yet.
    yield* versions.keep(tx, before, null);
    const agent = yield* agents.setVersion(tx, id, before.version + 1);
    yield* versions.keep(tx, agent, actor.user.id);
    return agent;
  };
