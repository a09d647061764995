import { z } from "zod";
import type { AgentStore } from "@/agents/agent-store";
import { actorOf } from "@/auth/request-actor";
import type { Database, Script, Tx } from "@/database/database";
import { CreateSession, Session, SessionFilter, UpdateSession } from "@/domain/session";
import type { ClientTool } from "@/domain/tool";
import type { EventLog } from "@/events/event-log";
import { envelope, listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { addressOf, type UnderSession } from "@/http/under-session";
import type { NewSession } from "./create-session";
import type { RemoveSession } from "./remove-session";
import type { SessionStore } from "./session-store";

const Search = PageQuery.extend({ search: z.string().max(200).optional().meta({ description: "Words in the title" }) });
const Filter = Search.extend(SessionFilter.shape);
const FilterOfAgent = Search.extend(SessionFilter.omit({ agent_id: true }).shape);

type Parts = {
  db: Database;
  agents: AgentStore;
  sessions: SessionStore;
  eventLog: EventLog;
  newSession: NewSession;
  /** Throws unless the model that a field points at is there. */
  checkModel: (tx: Tx, field: string, id: string | null | undefined) => Script<void>;
  /** Throws when a client's tool has the name of one of the agent's own. */
  checkClientTools: (agentId: string, field: string, tools: readonly ClientTool[] | null | undefined) => Script<void>;
  removeSession: RemoveSession;
  once: Once;
};

const SessionList = listOf("Session", Session);

/** The sessions of one agent. */
export const agentSessionRoutes = ({ db, agents, sessions, newSession, once }: Parts) =>
  resource("/v1/agents/:agent_id/sessions", "sessions")
    .post(
      "",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        return once({ request, actor, body }, 201, (tx) => newSession(tx, actor, params.agent_id, body));
      },
      {
        body: CreateSession,
        detail: doc({ operationId: "createSession", summary: "Open a session with an agent", answers: { 201: Session } }),
      },
    )
    .get(
      "",
      async ({ params, query, request }) => {
        const actor = actorOf(request);
        const page = await db.read(function* () {
          const agent = yield* agents.get(db, actor, params.agent_id);
          return yield* sessions.list(db, actor, { ...query, agent_id: agent.id }, query);
        });
        return envelope(page, query);
      },
      {
        query: FilterOfAgent,
        detail: doc({ operationId: "listSessions", summary: "List an agent's sessions, newest first", answers: { 200: SessionList } }),
      },
    );

/** The caller's sessions over all agents. */
export const allSessionRoutes = ({ db, sessions }: Parts) =>
  resource("/v1/sessions", "sessions").get(
    "",
    async ({ query, request }) => envelope(await db.read(() => sessions.list(db, actorOf(request), query, query)), query),
    {
      query: Filter,
      detail: doc({
        operationId: "listAllSessions",
        summary: "List sessions over all agents, newest first",
        answers: { 200: SessionList },
      }),
    },
  );

/** One session. */
export const sessionRoutes = (
  { db, sessions, eventLog, checkModel, checkClientTools, removeSession }: Parts,
  { prefix, suffix }: UnderSession,
) =>
  resource(prefix, "sessions")
    .get("", ({ params, request }) => db.read(() => sessions.get(actorOf(request), addressOf(params))), {
      detail: doc({ operationId: `getSession${suffix}`, summary: "Get a session", answers: { 200: Session } }),
    })
    .patch(
      "",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        return db.transact(function* (tx) {
          const { title, tags, model_id, client_tools } = body;
          yield* checkModel(tx, "model_id", model_id);
          const session = yield* sessions.update(tx, actor, addressOf(params), body);
          yield* checkClientTools(session.agent_id, "client_tools", body.client_tools);
          if (Object.keys(body).length === 0) return session;
          yield* eventLog.append(tx, { sessionId: session.id, turnId: null }, [
            { type: "session.updated", data: { title, tags, model_id, client_tools } },
          ]);
          return session;
        });
      },
      {
        body: UpdateSession,
        detail: doc({ operationId: `updateSession${suffix}`, summary: "Change the given fields of a session", answers: { 200: Session } }),
      },
    )
    .delete(
      "",
      async ({ params, request, status }) => {
        await db.transact((tx) => removeSession(tx, actorOf(request), addressOf(params)));
        return status(204, undefined);
      },
      {
        detail: doc({
          operationId: `deleteSession${suffix}`,
          summary: "Delete a session with all it holds, also while it runs",
          answers: { 204: null },
        }),
      },
    );
