import { and, desc, eq, inArray, sql as raw } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { type Database, run, type Script, type Tx } from "@/database/database";

/** So many rows of each kind are made or removed in one transaction: bounds how long everyone else waits. */
export const ROWS_AT_ONCE = 500;

export type HiddenSessionStore = ReturnType<typeof createHiddenSessionStore>;

/** Sessions that are too large to come or go in one transaction. They do so piece by piece, and nobody sees them meanwhile. */
export const createHiddenSessionStore = ({ tables }: Pick<Database, "tables">) => {
  const { sessions, turns, events, files, searchDocuments, awaitedCalls } = tables;
  const isOpen = raw`status in ('queued', 'running', 'waiting')`;

  /** The last few rows of a session in a table; true when there may be more. */
  function* removeSome(tx: Tx, table: SQLiteTable, session: SQLiteColumn, order: SQLiteColumn, id: string): Script<boolean> {
    const last = tx.sql
      .select({ order: raw`${order}` })
      .from(table)
      .where(eq(session, id))
      .orderBy(desc(order))
      .limit(ROWS_AT_ONCE);
    const removed = yield* run(
      tx.sql
        .delete(table)
        .where(and(eq(session, id), inArray(order, last)))
        .returning({ one: raw`1` }),
    );
    return removed.length === ROWS_AT_ONCE;
  }

  return {
    /** Whether a session has more than is made or removed at once, up to this event of its log. */
    *isLarge({ sql }: Pick<Tx, "sql">, id: string, upTo = Number.MAX_SAFE_INTEGER): Script<boolean> {
      const [row] = yield* run(
        sql
          .select({
            events: raw<number>`${sessions.nextSequence} - 1`,
            versions: raw<number>`(select count(*) from (select 1 from ${files} where session_id = ${id} limit ${ROWS_AT_ONCE + 1}))`,
          })
          .from(sessions)
          .where(eq(sessions.id, id)),
      );
      return row !== undefined && (Math.min(row.events, upTo) > ROWS_AT_ONCE || row.versions > ROWS_AT_ONCE);
    },

    /** Nobody sees it from now on: it is not whole yet. */
    *beginMaking({ sql }: Pick<Tx, "sql">, id: string): Script<void> {
      yield* run(sql.update(sessions).set({ hidden: "being_made" }).where(eq(sessions.id, id)));
    },

    *endMaking({ sql }: Pick<Tx, "sql">, id: string): Script<void> {
      yield* run(sql.update(sessions).set({ hidden: null }).where(eq(sessions.id, id)));
    },

    /** It never becomes whole; without an id, none that an earlier process was making does. */
    *abandon({ sql }: Pick<Tx, "sql">, id?: string): Script<void> {
      const isUnfinished = eq(sessions.hidden, "being_made");
      yield* run(
        sql
          .update(sessions)
          .set({ hidden: "leaving" })
          .where(id === undefined ? isUnfinished : and(eq(sessions.id, id), isUnfinished)),
      );
    },

    /** It does not exist any more. What runs in it is fenced off, what waits in it is never taken up, and nobody is asked about it. */
    *leave({ sql }: Pick<Tx, "sql">, id: string): Script<void> {
      yield* run(sql.delete(awaitedCalls).where(eq(awaitedCalls.sessionId, id)));
      yield* run(sql.delete(turns).where(and(eq(turns.sessionId, id), isOpen)));
      yield* run(
        sql
          .update(sessions)
          .set({ hidden: "leaving", epoch: raw`${sessions.epoch} + 1`, status: "pending" })
          .where(eq(sessions.id, id)),
      );
    },

    /** One that is still to be removed. */
    *nextLeaving({ sql }: Pick<Tx, "sql">): Script<string | undefined> {
      const [row] = yield* run(
        sql
          .select({ id: sessions.id })
          .from(sessions)
          .where(and(raw`hidden is not null`, eq(sessions.hidden, "leaving")))
          .limit(1),
      );
      return row?.id;
    },

    /** Removes a little of what it held beside its files, and in the end itself; true while there is more. */
    *removePiece(tx: Tx, id: string): Script<boolean> {
      if (yield* removeSome(tx, searchDocuments, searchDocuments.sessionId, searchDocuments.sequence, id)) return true;
      if (yield* removeSome(tx, events, events.sessionId, events.sequence, id)) return true;
      if (yield* removeSome(tx, turns, turns.sessionId, turns.position, id)) return true;
      yield* run(tx.sql.delete(sessions).where(eq(sessions.id, id)));
      return false;
    },
  };
};
