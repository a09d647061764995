import { and, asc, count, eq, isNull, sql as raw } from "drizzle-orm";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { KeptEvent } from "@/domain/event";
import type { Turn, TurnStatus } from "@/domain/turn";
import { noUsage } from "@/domain/usage";
import type { Page, PageQuery } from "@/http/lists";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp, toTimestampOrNull } from "@/platform/clock";

export type TurnRow = Tables["turns"]["$inferSelect"];

export type TurnStore = ReturnType<typeof createTurnStore>;

/** Turns as people see, queue and stop them. What runs them is in the claim store. */
export const createTurnStore = ({ tables: { turns, sessions } }: Pick<Database, "tables">, clock: Clock) => {
  const slot = raw.placeholder;
  /** Word for word the condition of the index on open turns; another spelling would read every turn of the session. */
  const isOpen = raw`status in ('queued', 'running', 'waiting')`;
  const allOpen = prepare<{ sessionId: string }, TurnRow>((sql) =>
    sql
      .select()
      .from(turns)
      .where(and(eq(turns.sessionId, slot("sessionId")), isOpen))
      .orderBy(raw`${turns.status} = 'queued'`, asc(turns.position))
      .prepare(),
  );
  /** Word for word the condition of the index on the one that is active. */
  const isActive = raw`status in ('running', 'waiting')`;
  const activeOne = prepare<{ sessionId: string }, TurnRow>((sql) =>
    sql
      .select()
      .from(turns)
      .where(and(eq(turns.sessionId, slot("sessionId")), isActive))
      .prepare(),
  );
  const openCount = prepare<{ sessionId: string }, { open: number }>((sql) =>
    sql
      .select({ open: count() })
      .from(turns)
      .where(and(eq(turns.sessionId, slot("sessionId")), isOpen))
      .prepare(),
  );
  const insert = prepare<{ id: string; sessionId: string; messageId: string; position: number; now: number }, { id: string }>((sql) =>
    sql
      .insert(turns)
      .values({
        id: slot("id"),
        sessionId: slot("sessionId"),
        messageId: slot("messageId"),
        position: slot("position"),
        status: "queued",
        usage: noUsage,
        createdAt: slot("now"),
      })
      .returning({ id: turns.id })
      .prepare(),
  );

  return {
    /** Queues the turn that answers this message; at the end of the queue, or at the place of the turn that it stands in for. */
    *enqueue(
      { id, session_id, turn_id, sequence }: Pick<KeptEvent, "id" | "session_id" | "turn_id" | "sequence">,
      position = sequence,
    ): Script<void> {
      yield* insert({ id: turn_id!, sessionId: session_id, messageId: id, position, now: clock.now() });
    },

    /** A waiting turn goes on: it is the next to be claimed. False for one that does not wait. */
    *wake(tx: Tx, { id, sessionId }: Pick<TurnRow, "id" | "sessionId">): Script<boolean> {
      const isResting = and(eq(turns.id, id), eq(turns.status, "waiting"));
      const woken = yield* run(tx.sql.update(turns).set({ status: "queued" }).where(isResting).returning({ id: turns.id }));
      if (woken.length > 0) yield* run(tx.sql.update(sessions).set({ status: "running" }).where(eq(sessions.id, sessionId)));
      return woken.length > 0;
    },

    /** The session's open turns, the running or waiting one first. */
    open: (sessionId: string): Script<TurnRow[]> => allOpen({ sessionId }),

    /** What a new message finds there: the turn that runs or waits, and how many are open with it. However many wait, they are not read. */
    *busy(sessionId: string): Script<{ active: TurnRow | undefined; openCount: number }> {
      const [active] = yield* activeOne({ sessionId });
      const [row] = yield* openCount({ sessionId });
      return { active, openCount: row!.open };
    },

    /** A running turn is asked to stop; it ends itself, or is ended by whoever takes it up next. */
    *requestCancel(tx: Tx, turnId: string): Script<void> {
      yield* run(
        tx.sql
          .update(turns)
          .set({ cancelRequestedAt: clock.now() })
          .where(and(eq(turns.id, turnId), isNull(turns.cancelRequestedAt))),
      );
    },

    /** A turn that has not begun ends at once. */
    *cancelQueued(tx: Tx, turnId: string): Script<void> {
      yield* run(
        tx.sql
          .update(turns)
          .set({ status: "cancelled", finishedAt: clock.now() })
          .where(and(eq(turns.id, turnId), eq(turns.status, "queued"))),
      );
    },

    *get({ sql }: Pick<Tx, "sql">, sessionId: string, turnId: string): Script<Turn> {
      const [row] = yield* run(
        sql
          .select()
          .from(turns)
          .where(and(eq(turns.id, turnId), eq(turns.sessionId, sessionId))),
      );
      if (!row) throw notFound("Turn");
      return toTurn(row);
    },

    *list(
      { sql }: Pick<Tx, "sql">,
      sessionId: string,
      { offset, limit, status }: PageQuery & { status?: TurnStatus | undefined },
    ): Script<Page<Turn>> {
      const wanted = and(eq(turns.sessionId, sessionId), status === undefined ? undefined : eq(turns.status, status));
      const inOrder = [asc(turns.position), asc(turns.createdAt), asc(turns.id)];
      const rows = yield* run(
        sql
          .select()
          .from(turns)
          .where(wanted)
          .orderBy(...inOrder)
          .limit(limit)
          .offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(turns).where(wanted));
      return { items: rows.map(toTurn), total: counted!.total };
    },
  };
};

const toTurn = (row: TurnRow): Turn => ({
  id: row.id,
  session_id: row.sessionId,
  message_id: row.messageId,
  status: row.status,
  model: row.model,
  agent_version: row.agentVersion,
  usage: row.usage,
  cost_usd: row.costUsd,
  error: row.errorCode === null ? null : { code: row.errorCode, message: row.error ?? "" },
  created_at: toTimestamp(row.createdAt),
  started_at: toTimestampOrNull(row.startedAt),
  finished_at: toTimestampOrNull(row.finishedAt),
  duration_ms: row.startedAt === null || row.finishedAt === null ? null : Math.max(0, row.finishedAt - row.startedAt),
});
