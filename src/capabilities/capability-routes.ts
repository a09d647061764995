import type { AgentStore } from "@/agents/agent-store";
import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { AgentCapability, Capability, SetCapabilities } from "@/domain/capability";
import { envelope, listOf, PageQuery, pageOf } from "@/http/lists";
import { doc, resource } from "@/http/resource";
import { invalid, notFound } from "@/platform/app-error";
import { capabilityCatalog, findCapability, toApi } from "./catalog";

/** Throws unless every id is known and none comes twice. Those that are coming soon are accepted, and not applied until they come. */
export function checkCapabilities(ids: readonly string[]): void {
  if (new Set(ids).size < ids.length) throw invalid("capabilities names one of them twice");
  if (!ids.every(findCapability)) throw invalid("capabilities names one that is unknown: GET /v1/capabilities lists them");
}

export const capabilityRoutes = () =>
  resource("/v1/capabilities", "capabilities")
    .get(
      "",
      ({ query, request }) => {
        actorOf(request);
        return envelope(pageOf(capabilityCatalog.map(toApi), query), query);
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
        const capability = findCapability(params.capability_id);
        if (!capability) throw notFound("Capability");
        return toApi(capability);
      },
      { detail: doc({ operationId: "getCapability", summary: "Get a capability with its tools", answers: { 200: Capability } }) },
    );

const AgentCapabilities = listOf("AgentCapability", AgentCapability);

const positions = (ids: readonly string[]): AgentCapability[] => ids.map((capability_id, position) => ({ capability_id, position }));

/** The capabilities of one agent: prompts and tools apply in the order of their positions. */
export const agentCapabilityRoutes = ({ db, agents }: { db: Database; agents: AgentStore }) =>
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
          checkCapabilities(body.capabilities);
          return yield* agents.update(tx, actor, params.agent_id, { capabilities: body.capabilities });
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
