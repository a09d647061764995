import { and, asc, count, eq, inArray, isNull, sql as raw } from "drizzle-orm";
import type { TurnEnd } from "@/agent-loop/endings";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { KeptEvent, MessageDraft } from "@/domain/event";
import type { SessionStatus } from "@/domain/session";
import type { Turn } from "@/domain/turn";
import { addUsage, noUsage } from "@/domain/usage";
import type { Page, PageQuery } from "@/http/lists";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp, toTimestampOrNull } from "@/platform/clock";

type TurnRow = Tables["turns"]["$inferSelect"];
type SessionRow = Tables["sessions"]["$inferSelect"];

/** A turn that this process owns until a newer claim: `epoch` goes with every append. */
export type Claim = { turn: TurnRow; session: SessionRow; epoch: number; wasRunning: boolean; wasReleased: boolean; becameBusy: boolean };

export type TurnStore = ReturnType<typeof createTurnStore>;

/** Turns and the part of the session's row that follows them. */
export const createTurnStore = ({ tables: { turns, sessions, events } }: Pick<Database, "tables">, clock: Clock) => {
  const conversation = prepare<{ sessionId: string; position: number }, { json: string }>((sql) =>
    sql
      .select({ json: events.data })
      .from(events)
      .innerJoin(turns, eq(turns.id, events.turnId))
      .where(
        and(
          eq(events.sessionId, raw.placeholder("sessionId")),
          raw`${events.type} in ('message.user', 'message.assistant', 'message.tool_result', 'message.system')`,
          raw`${turns.position} < ${raw.placeholder("position")}`,
        ),
      )
      .orderBy(asc(turns.position), asc(events.sequence))
      .prepare(),
  );
  const nextOpen = prepare<{ sessionId: string }, TurnRow>((sql) =>
    sql
      .select()
      .from(turns)
      .where(and(eq(turns.sessionId, raw.placeholder("sessionId")), raw`${turns.status} in ('queued', 'running', 'waiting')`))
      .orderBy(raw`${turns.status} = 'queued'`, asc(turns.position))
      .limit(1)
      .prepare(),
  );
  const cancelRequested = prepare<{ id: string }, { at: number | null }>((sql) =>
    sql
      .select({ at: turns.cancelRequestedAt })
      .from(turns)
      .where(eq(turns.id, raw.placeholder("id")))
      .prepare(),
  );

  return {
    *enqueue(tx: Tx, { id, session_id, turn_id, sequence }: Pick<KeptEvent, "id" | "session_id" | "turn_id" | "sequence">): Script<void> {
      yield* run(
        tx.sql.insert(turns).values({
          id: turn_id!,
          sessionId: session_id,
          messageId: id,
          position: sequence,
          status: "queued",
          cancelRequestedAt: null,
          model: null,
          usage: noUsage,
          costUsd: null,
          errorCode: null,
          error: null,
          createdAt: clock.now(),
          startedAt: null,
          finishedAt: null,
        }),
      );
    },

    /**
     * Takes the session's next turn: the one that was cut short, else the oldest in the queue. Raising the epoch stops whoever had it before.
     * Undefined when nothing is to be done, or while a turn waits for a person.
     */
    *claim(tx: Tx, sessionId: string): Script<Claim | undefined> {
      const [turn] = yield* nextOpen({ sessionId });
      if (!turn || turn.status === "waiting") return undefined;

      const now = clock.now();
      const startedAt = turn.startedAt ?? now;
      const [before] = yield* run(tx.sql.select({ status: sessions.status }).from(sessions).where(eq(sessions.id, sessionId)));
      yield* run(tx.sql.update(turns).set({ status: "running", startedAt }).where(eq(turns.id, turn.id)));
      const [session] = yield* run(
        tx.sql
          .update(sessions)
          .set({
            epoch: raw`${sessions.epoch} + 1`,
            status: "running",
            startedAt: raw`coalesce(${sessions.startedAt}, ${now})`,
            finishedAt: null,
          })
          .where(eq(sessions.id, sessionId))
          .returning(),
      );
      return {
        turn: { ...turn, startedAt },
        session: session!,
        epoch: session!.epoch,
        wasRunning: turn.status === "running",
        wasReleased: turn.status === "queued" && turn.startedAt !== null,
        becameBusy: before?.status !== "running",
      };
    },

    /** Puts a claimed turn back, for the next process to take up: what a shutdown does with a turn that is not done. */
    *release(tx: Tx, { turn, session, epoch }: Claim): Script<void> {
      const [mine] = yield* run(tx.sql.select({ epoch: sessions.epoch }).from(sessions).where(eq(sessions.id, session.id)));
      if (mine?.epoch === epoch)
        yield* run(
          tx.sql
            .update(turns)
            .set({ status: "queued" })
            .where(and(eq(turns.id, turn.id), eq(turns.status, "running"))),
        );
    },

    *setModel(tx: Tx, turnId: string, model: string): Script<void> {
      yield* run(tx.sql.update(turns).set({ model }).where(eq(turns.id, turnId)));
    },

    /** Closes a turn and tells what became of its session. Goes into the transaction of the turn's last events. */
    *finish(tx: Tx, { turn, session }: Claim, end: TurnEnd): Script<{ sessionStatus: SessionStatus }> {
      const now = clock.now();
      yield* run(
        tx.sql
          .update(turns)
          .set({
            status: end.status,
            usage: end.usage,
            costUsd: end.cost_usd,
            errorCode: end.error?.code ?? null,
            error: end.error?.message ?? null,
            finishedAt: now,
          })
          .where(eq(turns.id, turn.id)),
      );
      const [queued] = yield* run(
        tx.sql
          .select({ total: count() })
          .from(turns)
          .where(and(eq(turns.sessionId, session.id), eq(turns.status, "queued"))),
      );
      const sessionStatus = queued!.total > 0 ? "running" : end.error?.code === "crash_loop" ? "failed" : "pending";
      const [row] = yield* run(
        tx.sql.select({ usage: sessions.usage, costUsd: sessions.costUsd }).from(sessions).where(eq(sessions.id, session.id)),
      );
      const costUsd = end.cost_usd === null ? row!.costUsd : (row!.costUsd ?? 0) + end.cost_usd;
      yield* run(
        tx.sql
          .update(sessions)
          .set({
            usage: addUsage(row!.usage, end.usage),
            costUsd,
            status: sessionStatus,
            finishedAt: sessionStatus === "running" ? null : now,
          })
          .where(eq(sessions.id, session.id)),
      );
      return { sessionStatus };
    },

    /** The messages of the turns before this one, in the order of their turns: what came while a turn ran belongs behind it. */
    *messagesBefore({ sessionId, position }: Pick<TurnRow, "sessionId" | "position">): Script<MessageDraft[]> {
      const rows = yield* conversation({ sessionId, position });
      return rows.map(({ json }) => JSON.parse(json) as MessageDraft);
    },

    /** The session's open turns, the running or waiting one first. */
    *open({ sql }: Pick<Tx, "sql">, sessionId: string): Script<TurnRow[]> {
      return yield* run(
        sql
          .select()
          .from(turns)
          .where(and(eq(turns.sessionId, sessionId), inArray(turns.status, ["running", "waiting", "queued"])))
          .orderBy(raw`${turns.status} = 'queued'`, asc(turns.position)),
      );
    },

    /** Every session that has a turn to run: what a start takes up again. */
    *sessionsWithOpenTurns({ sql }: Pick<Tx, "sql">): Script<string[]> {
      const rows = yield* run(
        sql.selectDistinct({ sessionId: turns.sessionId }).from(turns).where(raw`${turns.status} in ('queued', 'running')`),
      );
      return rows.map(({ sessionId }) => sessionId);
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

    *isCancelRequested(id: string): Script<boolean> {
      const [row] = yield* cancelRequested({ id });
      return row !== undefined && row.at !== null;
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

    *list({ sql }: Pick<Tx, "sql">, sessionId: string, { offset, limit }: PageQuery): Script<Page<Turn>> {
      const rows = yield* run(
        sql.select().from(turns).where(eq(turns.sessionId, sessionId)).orderBy(asc(turns.position)).limit(limit).offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(turns).where(eq(turns.sessionId, sessionId)));
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
  usage: row.usage,
  cost_usd: row.costUsd,
  error: row.errorCode === null ? null : { code: row.errorCode, message: row.error ?? "" },
  created_at: toTimestamp(row.createdAt),
  started_at: toTimestampOrNull(row.startedAt),
  finished_at: toTimestampOrNull(row.finishedAt),
  duration_ms: row.startedAt === null || row.finishedAt === null ? null : row.finishedAt - row.startedAt,
});
