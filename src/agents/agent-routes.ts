import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import type { Database, Script, Tx } from "@/database/database";
import { Agent, CreateAgent, UpdateAgent } from "@/domain/agent";
import type { Actor } from "@/domain/user";
import { envelope, listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import type { AgentStore } from "./agent-store";
import type { ChangeAgent } from "./update-agent";

const Filter = PageQuery.extend({
  status: z.enum(["active", "archived", "all"]).default("active"),
  search: z.string().max(200).optional(),
  tag: z.string().max(64).optional(),
});

type Parts = {
  db: Database;
  agents: AgentStore;
  createAgent: (tx: Tx, actor: Actor, input: CreateAgent) => Script<Agent>;
  updateAgent: ChangeAgent;
  once: Once;
  checkCapabilities: (ids: readonly string[]) => void;
  /** Throws unless the model that a field points at is there. */
  checkModel: (tx: Tx, field: string, id: string | null | undefined) => Script<void>;
};

export const agentRoutes = ({ db, agents, createAgent, updateAgent, once, checkCapabilities, checkModel }: Parts) =>
  resource("/v1/agents", "agents")
    .post(
      "",
      ({ body, request }) => {
        const actor = actorOf(request);
        checkCapabilities(body.capabilities);
        return once({ request, actor, body }, 201, function* (tx) {
          yield* checkModel(tx, "default_model_id", body.default_model_id);
          yield* checkModel(tx, "fallback_model_id", body.fallback_model_id);
          return yield* createAgent(tx, actor, body);
        });
      },
      { body: CreateAgent, detail: doc({ operationId: "createAgent", summary: "Create an agent", answers: { 201: Agent } }) },
    )
    .get("", async ({ query, request }) => envelope(await db.read(() => agents.list(db, actorOf(request), query, query)), query), {
      query: Filter,
      detail: doc({ operationId: "listAgents", summary: "List agents, newest first", answers: { 200: listOf("Agent", Agent) } }),
    })
    .get("/:agent_id", ({ params, request }) => db.read(() => agents.get(db, actorOf(request), params.agent_id)), {
      detail: doc({ operationId: "getAgent", summary: "Get an agent, archived ones too", answers: { 200: Agent } }),
    })
    .patch(
      "/:agent_id",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        if (body.capabilities) checkCapabilities(body.capabilities);
        return db.transact(function* (tx) {
          yield* checkModel(tx, "default_model_id", body.default_model_id);
          yield* checkModel(tx, "fallback_model_id", body.fallback_model_id);
          return yield* updateAgent(tx, actor, params.agent_id, body);
        });
      },
      {
        body: UpdateAgent,
        detail: doc({ operationId: "updateAgent", summary: "Change the given fields of an agent", answers: { 200: Agent } }),
      },
    )
    .delete(
      "/:agent_id",
      async ({ params, request, status }) => {
        const actor = actorOf(request);
        await db.transact((tx) => agents.archive(tx, actor, params.agent_id));
        return status(204, undefined);
      },
      { detail: doc({ operationId: "archiveAgent", summary: "Archive an agent: hidden, not gone", answers: { 204: null } }) },
    );
