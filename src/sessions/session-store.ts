import { and, count, desc, eq, inArray, isNotNull, isNull, or, sql as raw, type SQL } from "drizzle-orm";
import { contains, isSessionLike } from "@/database/conditions";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { CreateSession, Session, SessionFilter, UpdateSession } from "@/domain/session";
import { noUsage } from "@/domain/usage";
import type { Actor } from "@/domain/user";
import type { Page, PageQuery } from "@/http/lists";
import type { SessionAddress } from "@/http/under-session";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp, toTimestampOrNull } from "@/platform/clock";
import { newId } from "@/platform/ids";

type SessionRow = Tables["sessions"]["$inferSelect"];

export type Child = {
  id: string;
  agentId: string;
  parent: Pick<SessionRow, "id" | "ownerId" | "depth">;
  toolCallId: string;
  title: string;
};

export type SessionStore = ReturnType<typeof createSessionStore>;

/** Sessions, each seen by its owner and by admins. */
export const createSessionStore = ({ tables: { sessions, agents } }: Pick<Database, "tables">, clock: Clock) => {
  const owned = ({ user, isAdmin }: Actor): SQL | undefined => (isAdmin ? undefined : eq(sessions.ownerId, user.id));
  const at = (actor: Actor, { sessionId, agentId }: SessionAddress) =>
    and(eq(sessions.id, sessionId), isNull(sessions.hidden), agentId === null ? undefined : eq(sessions.agentId, agentId), owned(actor));

  const byId = prepare<{ id: string }, SessionRow>((sql) =>
    sql
      .select()
      .from(sessions)
      .where(eq(sessions.id, raw.placeholder("id")))
      .prepare(),
  );

  return {
    *create(tx: Tx, { user }: Actor, agentId: string, input: CreateSession): Script<Session> {
      const now = clock.now();
      const [row] = yield* run(
        tx.sql
          .insert(sessions)
          .values({
            id: newId(),
            agentId,
            ownerId: user.id,
            title: input.title ?? null,
            tags: input.tags,
            modelId: input.model_id ?? null,
            agentVersion: input.agent_version ?? null,
            clientTools: input.client_tools.length > 0 ? input.client_tools : null,
            status: "pending",
            usage: noUsage,
            costUsd: null,
            nextSequence: 1,
            epoch: 0,
            createdAt: now,
            updatedAt: now,
            startedAt: null,
            finishedAt: null,
          })
          .returning(),
      );
      return toSession(row!);
    },

    *list(
      { sql }: Pick<Tx, "sql">,
      actor: Actor,
      { search, ...filter }: SessionFilter & { search?: string | undefined },
      { offset, limit }: PageQuery,
    ): Script<Page<Session>> {
      const wanted = and(
        owned(actor),
        isNull(sessions.hidden),
        isSessionLike(sessions, filter),
        search ? and(isNotNull(sessions.title), contains(search, sessions.title)) : undefined,
      );
      const rows = yield* run(
        sql.select().from(sessions).where(wanted).orderBy(desc(sessions.createdAt), desc(sessions.id)).limit(limit).offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(sessions).where(wanted));
      return { items: rows.map(toSession), total: counted!.total };
    },

    /** On the path of every message: one compiled query, and the same conditions as everywhere. */
    *get(actor: Actor, { sessionId, agentId }: SessionAddress): Script<Session> {
      const [row] = yield* byId({ id: sessionId });
      const isTheirs =
        row !== undefined &&
        row.hidden === null &&
        (actor.isAdmin || row.ownerId === actor.user.id) &&
        (agentId === null || row.agentId === agentId);
      if (!isTheirs) throw notFound("Session");
      return toSession(row);
    },

    /** As it is kept; who asks was checked before. */
    *getRow(id: string): Script<SessionRow> {
      const [row] = yield* byId({ id });
      if (!row) throw notFound("Session");
      return row;
    },

    *update(tx: Tx, actor: Actor, address: SessionAddress, input: UpdateSession): Script<Session> {
      const [row] = yield* run(
        tx.sql
          .update(sessions)
          .set({
            title: input.title,
            tags: input.tags,
            modelId: input.model_id,
            clientTools: input.client_tools,
            ...(input.model_id === undefined ? {} : { lostModel: null }),
            updatedAt: clock.now(),
          })
          .where(at(actor, address))
          .returning(),
      );
      if (!row) throw notFound("Session");
      return toSession(row);
    },

    /** These models are about to be deleted. A provider may have thousands: only those that sessions point at cost a search. */
    *loseModels(tx: Tx, models: readonly { id: string; name: string }[]): Script<void> {
      const used = new Set((yield* run(tx.sql.selectDistinct({ id: sessions.modelId }).from(sessions))).map(({ id }) => id));
      for (const { id, name } of models.filter(({ id }) => used.has(id)))
        yield* run(tx.sql.update(sessions).set({ modelId: null, lostModel: name }).where(eq(sessions.modelId, id)));
    },

    /** The session in which another agent answers a call of this one's. */
    *createChild(tx: Tx, { id, agentId, parent, toolCallId, title }: Child): Script<void> {
      const now = clock.now();
      const [agent] = yield* run(tx.sql.select({ modelId: agents.defaultModelId }).from(agents).where(eq(agents.id, agentId)));
      const { id: parentSessionId, ownerId, depth } = parent;
      const place = { parentSessionId, parentToolCallId: toolCallId, depth: depth + 1 };
      const blank = { tags: [], status: "pending" as const, usage: noUsage, nextSequence: 1, epoch: 0, createdAt: now, updatedAt: now };
      yield* run(tx.sql.insert(sessions).values({ id, agentId, ownerId, title, modelId: agent?.modelId ?? null, ...place, ...blank }));
    },

    /** The session's id, and those of the sessions in which other agents answer it, however deep. */
    *withChildren({ sql }: Pick<Tx, "sql">, id: string): Script<string[]> {
      const all = [id];
      for (let parents = [id]; parents.length > 0; ) {
        const children = yield* run(sql.select({ id: sessions.id }).from(sessions).where(inArray(sessions.parentSessionId, parents)));
        parents = children.map((child) => child.id);
        all.push(...parents);
      }
      return all;
    },

    /** With everything they hold; whose they are was checked before. A turn that runs in one finds no row at its next append, and stops. */
    *remove({ sql }: Pick<Tx, "sql">, ids: readonly string[]): Script<void> {
      yield* run(sql.delete(sessions).where(inArray(sessions.id, [...ids])));
    },

    /** What would go with a user: their own sessions, and everyone's with their agents. */
    *goingWith({ sql }: Pick<Tx, "sql">, userId: string, agentIds: string[]): Script<{ id: string; ownerId: string }[]> {
      return yield* run(
        sql
          .select({ id: sessions.id, ownerId: sessions.ownerId })
          .from(sessions)
          .where(and(isNull(sessions.hidden), or(eq(sessions.ownerId, userId), inArray(sessions.agentId, agentIds)))),
      );
    },

    /** Hands over everything that one user has to another. */
    *transfer(tx: Tx, fromUserId: string, toUserId: string): Script<void> {
      yield* run(tx.sql.update(sessions).set({ ownerId: toUserId }).where(eq(sessions.ownerId, fromUserId)).returning({ id: sessions.id }));
    },
  };
};

const toSession = (row: SessionRow): Session => ({
  id: row.id,
  agent_id: row.agentId,
  title: row.title,
  tags: row.tags,
  model_id: row.modelId,
  agent_version: row.agentVersion,
  lost_model: row.lostModel,
  parent_session_id: row.parentSessionId,
  parent_tool_call_id: row.parentToolCallId,
  client_tools: row.clientTools ?? [],
  status: row.status,
  usage: { ...row.usage, cost_usd: row.costUsd },
  created_at: toTimestamp(row.createdAt),
  updated_at: toTimestamp(row.updatedAt),
  started_at: toTimestampOrNull(row.startedAt),
  finished_at: toTimestampOrNull(row.finishedAt),
});
