import { and, asc, eq, gt, gte, inArray, lte, sql as raw } from "drizzle-orm";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";

type EventRow = Tables["events"]["$inferSelect"];
type TurnRow = Tables["turns"]["$inferSelect"];

export type ForkStore = ReturnType<typeof createForkStore>;

/** Few enough for one statement: a turn binds fourteen values. */
export const ROWS_AT_ONCE = 500;

/** Reads a session's log and its turns as rows, and writes them under another session. */
export const createForkStore = ({ tables: { sessions, events, turns } }: Pick<Database, "tables">) => {
  const slot = raw.placeholder;
  const insertEvent = prepare<EventRow, { id: string }>((sql) =>
    sql
      .insert(events)
      .values({
        sessionId: slot("sessionId"),
        sequence: slot("sequence"),
        id: slot("id"),
        turnId: slot("turnId"),
        type: slot("type"),
        data: slot("data"),
        createdAt: slot("createdAt"),
      })
      .returning({ id: events.id })
      .prepare(),
  );

  return {
    events: ({ sql }: Pick<Tx, "sql">, sessionId: string, { after, upTo }: { after: number; upTo: number }): Script<EventRow[]> =>
      run(
        sql
          .select()
          .from(events)
          .where(and(eq(events.sessionId, sessionId), gt(events.sequence, after), lte(events.sequence, upTo)))
          .orderBy(asc(events.sequence)),
      ),

    /** The types of an event and of those that follow it. */
    *typesFrom({ sql }: Pick<Tx, "sql">, sessionId: string, sequence: number, limit: number): Script<string[]> {
      const wanted = and(eq(events.sessionId, sessionId), gte(events.sequence, sequence));
      const rows = yield* run(sql.select({ type: events.type }).from(events).where(wanted).orderBy(asc(events.sequence)).limit(limit));
      return rows.map(({ type }) => type);
    },

    turns: ({ sql }: Pick<Tx, "sql">, ids: readonly string[]): Script<TurnRow[]> =>
      run(
        sql
          .select()
          .from(turns)
          .where(inArray(turns.id, [...ids])),
      ),

    *keepEvents(rows: readonly EventRow[]): Script<void> {
      for (const row of rows) yield* insertEvent(row);
    },

    *keepTurns({ sql }: Pick<Tx, "sql">, rows: TurnRow[]): Script<void> {
      if (rows.length > 0) yield* run(sql.insert(turns).values(rows));
    },

    /** The next event comes behind the copied ones. */
    *endLog({ sql }: Pick<Tx, "sql">, sessionId: string, last: number): Script<void> {
      yield* run(
        sql
          .update(sessions)
          .set({ nextSequence: last + 1 })
          .where(eq(sessions.id, sessionId)),
      );
    },
  };
};
