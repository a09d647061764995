import type { AgentStore } from "@/agents/agent-store";
import type { ChangeAgent } from "@/agents/update-agent";
import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { AgentCapability, Capability, SetCapabilities } from "@/domain/capability";
import { envelope, listOf, PageQuery, pageOf } from "@/http/lists";
import { doc, resource } from "@/http/resource";
import type { Catalog } from "./catalog";

export const capabilityRoutes = ({ catalog }: { catalog: Catalog }) =>
  resource("/v1/capabilities", "capabilities")
    .get(
      "",
      ({ query, request }) => {
        actorOf(request);
        return envelope(pageOf(catalog.list(), query), query);
      },
      {
        query: PageQuery,
        detail: doc({
          operationId: "listCapabilities",
          summary: "List all capabilities",
          answers: { 200: listOf("Capability", Capability) },
        }),
      },
    )
    .get(
      "/:capability_id",
      ({ params, request }) => {
        actorOf(request);
        return catalog.get(params.capability_id);
      },
      { detail: doc({ operationId: "getCapability", summary: "Get a capability with its tools", answers: { 200: Capability } }) },
    );

const AgentCapabilities = listOf("AgentCapability", AgentCapability);

const positions = (ids: readonly string[]): AgentCapability[] => ids.map((capability_id, position) => ({ capability_id, position }));

type Parts = { db: Database; agents: AgentStore; updateAgent: ChangeAgent; catalog: Catalog };

/** The capabilities of one agent: prompts and tools apply in the order of their positions. */
export const agentCapabilityRoutes = ({ db, agents, updateAgent, catalog }: Parts) =>
  resource("/v1/agents/:agent_id/capabilities", "capabilities")
    .get(
      "",
      async ({ params, query, request }) => {
        const agent = await db.read(() => agents.get(db, actorOf(request), params.agent_id));
        return envelope(pageOf(positions(agent.capabilities), query), query);
      },
      {
        query: PageQuery,
        detail: doc({
          operationId: "getAgentCapabilities",
          summary: "List an agent's capabilities in order",
          answers: { 200: AgentCapabilities },
        }),
      },
    )
    .put(
      "",
      async ({ params, body, request }) => {
        const actor = actorOf(request);
        const agent = await db.transact(function* (tx) {
          yield* agents.get(tx, actor, params.agent_id);
          catalog.check(body.capabilities);
          return yield* updateAgent(tx, actor, params.agent_id, { capabilities: body.capabilities });
        });
        const items = positions(agent.capabilities);
        return envelope({ items, total: items.length }, { offset: 0, limit: 100 });
      },
      {
        body: SetCapabilities,
        detail: doc({
          operationId: "setAgentCapabilities",
          summary: "Replace an agent's capabilities; the index is the position",
          answers: { 200: AgentCapabilities },
        }),
      },
    );
