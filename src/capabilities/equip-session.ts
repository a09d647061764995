import { agentTool } from "@/agent-loop/agent-tool";
import { clientTool } from "@/agent-loop/client-tool";
import { READ_RESULT } from "@/agent-loop/keep-aside";
import type { Tool } from "@/agent-loop/tool";
import type { AgentStore } from "@/agents/agent-store";
import type { AgentVersionStore } from "@/agents/agent-version-store";
import type { Database, Script } from "@/database/database";
import type { Agent } from "@/domain/agent";
import type { AgentDefinition } from "@/domain/agent-version";
import type { ClientTool, ToolPolicies } from "@/domain/tool";
import { invalid } from "@/platform/app-error";
import type { Catalog } from "./catalog";
import { type HttpToolParts, httpTool } from "./http-tool";

type Parts = {
  db: Database;
  agents: AgentStore;
  versions: AgentVersionStore;
  catalog: Catalog;
  /** How the tools that are requests reach the network: an admin's agents may reach this machine's own, others what is public. */
  fetchFor: (isOfAdmin: boolean) => HttpToolParts["safeFetch"];
  /** Reads on in results that are too long to be shown at once. */
  readResult: Tool;
};

export type Equipped = {
  model: { id: string | null; isLost: boolean };
  fallback: string | null;
  instructions: string;
  tools: readonly Tool[];
  policies: ToolPolicies;
};

type OfSession = {
  agentId: string;
  ownerId: string;
  depth: number;
  agentVersion: number | null;
  clientTools: readonly ClientTool[] | null;
};

/** Agents that ask agents go so deep: then they are not offered any. */
const MAX_DEPTH = 3;

export type EquipSession = ReturnType<typeof createEquipSession>;

/**
 * What a turn offers the model: what the agent has, then what the message's client runs, then the session's, and what reads on in their
 * results. Of two with one name the first stays.
 */
export const createEquipSession = ({ db, agents, versions, catalog, fetchFor, readResult }: Parts) => {
  /** The agent as it is, or as it was in a version. Its right to run was checked before. */
  function* agentAt(id: string, version: number | null): Script<AgentDefinition & Partial<Pick<Agent, "lost_model">>> {
    const agent = yield* agents.getUnchecked(id);
    return version === null || version === agent.version ? agent : (yield* versions.get(db, id, version)).definition;
  }

  return async function equipSession(
    { agentId, ownerId, depth, agentVersion, clientTools }: OfSession,
    controls: { client_tools?: readonly ClientTool[] | null | undefined } | null,
  ): Promise<Equipped> {
    const agent = await db.read(() => agentAt(agentId, agentVersion));
    const { instructions, tools: own } = catalog.equip(agent.capabilities, agent.system_prompt);
    const named = new Map(own.map((tool) => [tool.name, tool]));
    // A version from before there were tools of an agent's own has none.
    const configured = agent.tools ?? [];
    const headersOf = configured.length > 0 ? await db.read(() => agents.headersFor(agentId)) : () => null;
    const send = fetchFor(configured.length > 0 && (await db.read(() => agents.isOfAdmin(db, agentId))));
    const asked = configured.flatMap((tool) => (tool.type === "agent" ? [tool.agent_id] : []));
    const usable = depth < MAX_DEPTH && asked.length > 0 ? await db.read(() => agents.usableBy(db, ownerId, asked)) : new Set();
    for (const tool of configured) {
      if (named.has(tool.name)) continue;
      if (tool.type === "http") named.set(tool.name, httpTool(tool, { safeFetch: send, headersOf }));
      else if (usable.has(tool.agent_id)) named.set(tool.name, agentTool(tool));
    }
    for (const tool of [...(controls?.client_tools ?? []), ...(clientTools ?? [])])
      if (!named.has(tool.name)) named.set(tool.name, clientTool(tool));
    // Offered before there is anything to read: a tool that comes in mid-session would void what the provider has cached.
    if (named.size > 0 && !named.has(readResult.name)) named.set(readResult.name, readResult);
    const model = { id: agent.default_model_id, isLost: agent.lost_model != null };
    return { model, fallback: agent.fallback_model_id, instructions, tools: [...named.values()], policies: agent.tool_policies ?? {} };
  };
};

/** Throws when a client's tool has the name of one of the agent's own, which the model would be given in its place. */
export const createCheckClientTools = ({ agents, catalog }: Pick<Parts, "agents" | "catalog">) =>
  function* checkClientTools(agentId: string, field: string, tools: readonly ClientTool[] | null | undefined): Script<void> {
    if (!tools || tools.length === 0) return;
    const taken = toolNamesOf(yield* agents.getUnchecked(agentId), catalog);
    if (tools.some(({ name }) => taken.includes(name)))
      throw invalid(`${field} must not have the name of one of the agent's own tools: choose other names`);
  };

const toolNamesOf = ({ capabilities, tools }: AgentDefinition, catalog: Catalog): string[] => [
  ...[...catalog.equip(capabilities, "").tools, ...tools].map(({ name }) => name),
  READ_RESULT,
];
