import { and, asc, count, eq, gt, isNull, sql as raw } from "drizzle-orm";
import { isSessionLike } from "@/database/conditions";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Message } from "@/domain/message";
import type { SearchHit } from "@/domain/search-hit";
import type { SessionFilter } from "@/domain/session";
import type { Actor } from "@/domain/user";
import type { Page, PageQuery } from "@/http/lists";
import { toTimestamp } from "@/platform/clock";
import { forIndex, snippetOf, textOf, toMatch } from "./searchable-text";

/** More hits are not counted: whoever has a thousand needs better words, not the number. */
const MAX_COUNTED = 1000;

export type SearchStore = ReturnType<typeof createSearchStore>;

/**
 * Which messages hold which words. The index keeps no text: a hit is read from the log. It follows the log a moment later, session by
 * session, and never slows the writing of a turn; a deleted session takes its words along (a trigger of the database).
 */
export const createSearchStore = ({ tables: { events, sessions, searchDocuments, searchProgress } }: Pick<Database, "tables">) => {
  const isMessage = raw`type in ('message.user', 'message.assistant', 'message.tool_result', 'message.system')`;
  const isTakenBack = raw`exists (select 1 from turns where turns.id = ${events.turnId} and turns.status = 'cancelled' and turns.started_at is null)`;
  const slot = raw.placeholder;

  const progressOf = prepare<{ sessionId: string }, { sequence: number }>((sql) =>
    sql
      .select({ sequence: searchProgress.sequence })
      .from(searchProgress)
      .where(eq(searchProgress.sessionId, slot("sessionId")))
      .prepare(),
  );
  const next = prepare<{ sessionId: string; after: number; limit: number }, { sequence: number; json: string }>((sql) =>
    sql
      .select({ sequence: events.sequence, json: events.data })
      .from(events)
      .where(and(eq(events.sessionId, slot("sessionId")), gt(events.sequence, slot("after")), isMessage))
      .orderBy(asc(events.sequence))
      .limit(slot("limit"))
      .prepare(),
  );
  const end = prepare<{ id: string }, { next: number }>((sql) =>
    sql
      .select({ next: sessions.nextSequence })
      .from(sessions)
      .where(and(eq(sessions.id, slot("id")), isNull(sessions.hidden)))
      .prepare(),
  );
  const addDocument = prepare<{ sessionId: string; sequence: number }, { id: number }>((sql) =>
    sql
      .insert(searchDocuments)
      .values({ sessionId: slot("sessionId"), sequence: slot("sequence") })
      .onConflictDoNothing()
      .returning({ id: searchDocuments.id })
      .prepare(),
  );
  const noteProgress = prepare<{ sessionId: string; sequence: number }, { id: string }>((sql) =>
    sql
      .insert(searchProgress)
      .values({ sessionId: slot("sessionId"), sequence: slot("sequence") })
      .onConflictDoUpdate({ target: searchProgress.sessionId, set: { sequence: raw`excluded.sequence` } })
      .returning({ id: searchProgress.sessionId })
      .prepare(),
  );
  const index = prepare<{ id: number; words: string }, unknown>((sql) => ({
    all: (values) => sql.all(raw`insert into search_index (rowid, words) values (${values!.id}, ${values!.words})`),
  }));

  return {
    /** Sessions whose log is longer than what was indexed of it. Looked for once, at a start. */
    *behind({ sql }: Pick<Tx, "sql">): Script<string[]> {
      const rows = yield* run(
        sql
          .select({ id: sessions.id })
          .from(sessions)
          .leftJoin(searchProgress, eq(searchProgress.sessionId, sessions.id))
          .where(and(isNull(sessions.hidden), raw`${sessions.nextSequence} - 1 > coalesce(${searchProgress.sequence}, 0)`)),
      );
      return rows.map(({ id }) => id);
    },

    /** Indexes the next few messages of a session; true when there may be more. After every turn: each query is compiled once. */
    *advance(sessionId: string, limit: number): Script<boolean> {
      const [session] = yield* end({ id: sessionId });
      if (!session) return false;
      const [progress] = yield* progressOf({ sessionId });
      const messages = yield* next({ sessionId, after: progress?.sequence ?? 0, limit });
      for (const { sequence, json } of messages) {
        const words = forIndex(textOf((JSON.parse(json) as Message).content));
        const [document] = yield* addDocument({ sessionId, sequence });
        if (document) yield* index({ id: document.id, words });
      }
      const isFull = messages.length === limit;
      yield* noteProgress({ sessionId, sequence: isFull ? messages.at(-1)!.sequence : session.next - 1 });
      return isFull;
    },

    /** The newest first, among what the caller may see. `total` counts to a thousand. */
    *find(
      { sql }: Pick<Tx, "sql">,
      { user, isAdmin }: Actor,
      { q, ...filter }: SessionFilter & { q: string },
      { offset, limit }: PageQuery,
    ): Script<Page<SearchHit>> {
      const match = toMatch(q);
      if (match === null) return { items: [], total: 0 };
      const wanted = and(
        raw`search_index.words match ${match}`,
        isNull(sessions.hidden),
        isAdmin ? undefined : eq(sessions.ownerId, user.id),
        isSessionLike(sessions, filter),
        raw`not ${isTakenBack}`,
      );
      const found = (limited: number, skipped: number) =>
        sql
          .select({ json: events.data, title: sessions.title, agentId: sessions.agentId })
          .from(raw`search_index`)
          .innerJoin(searchDocuments, raw`${searchDocuments.id} = search_index.rowid`)
          .innerJoin(sessions, eq(sessions.id, searchDocuments.sessionId))
          .innerJoin(events, and(eq(events.sessionId, searchDocuments.sessionId), eq(events.sequence, searchDocuments.sequence)))
          .where(wanted)
          // The index gives its rows in this order without sorting: a page costs what it shows.
          .orderBy(raw`search_index.rowid desc`)
          .limit(limited)
          .offset(skipped);
      const [counted] = yield* run(sql.select({ total: count() }).from(found(MAX_COUNTED, 0).as("found")));
      // What is not counted is not shown either: to skip it, all of it would be looked up.
      const rows = offset < MAX_COUNTED ? yield* run(found(Math.min(limit, MAX_COUNTED - offset), offset)) : [];
      return { items: rows.map((row) => toHit(row, q)), total: counted!.total };
    },
  };
};

function toHit({ json, title, agentId }: { json: string; title: string | null; agentId: string }, query: string): SearchHit {
  const { id, session_id, turn_id, sequence, role, content, created_at } = JSON.parse(json) as Message;
  return {
    session_id,
    session_title: title,
    agent_id: agentId,
    message_id: id,
    turn_id,
    sequence,
    role,
    ...snippetOf(textOf(content), query),
    created_at: toTimestamp(Date.parse(created_at)),
  };
}
