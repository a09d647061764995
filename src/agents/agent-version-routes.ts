import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { Agent } from "@/domain/agent";
import { AgentVersion, RollBackAgent } from "@/domain/agent-version";
import { envelope, listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { invalid } from "@/platform/app-error";
import type { AgentStore } from "./agent-store";
import type { AgentVersionStore } from "./agent-version-store";
import type { ChangeAgent } from "./update-agent";

type Parts = { db: Database; agents: AgentStore; versions: AgentVersionStore; updateAgent: ChangeAgent; once: Once };

export const agentVersionRoutes = ({ db, agents, versions, updateAgent, once }: Parts) =>
  resource("/v1/agents/:agent_id", "agents")
    .get(
      "/versions",
      async ({ params, query, request }) => {
        const page = await db.read(function* () {
          const agent = yield* agents.get(db, actorOf(request), params.agent_id);
          return yield* versions.list(db, agent.id, query);
        });
        return envelope(page, query);
      },
      {
        query: PageQuery,
        detail: doc({
          operationId: "listAgentVersions",
          summary: "List an agent's versions, newest first",
          answers: { 200: listOf("AgentVersion", AgentVersion) },
        }),
      },
    )
    .get(
      "/versions/:version",
      ({ params, request }) =>
        db.read(function* () {
          const agent = yield* agents.get(db, actorOf(request), params.agent_id);
          const version = /^[1-9]\d{0,8}$/.test(params.version) ? Number(params.version) : 0;
          return yield* versions.get(db, agent.id, version);
        }),
      { detail: doc({ operationId: "getAgentVersion", summary: "Get a version of an agent", answers: { 200: AgentVersion } }) },
    )
    .post(
      "/rollback",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        return once({ request, actor, body }, 200, function* (tx) {
          const agent = yield* agents.get(tx, actor, params.agent_id);
          if (body.version > agent.version) throw invalid("version names none of this agent's versions");
          const { definition } = yield* versions.get(tx, agent.id, body.version);
          return yield* updateAgent(tx, actor, agent.id, definition);
        });
      },
      {
        body: RollBackAgent,
        detail: doc({
          operationId: "rollBackAgent",
          summary: "Make an agent again what it was, as a new version",
          answers: { 200: Agent },
        }),
      },
    );
