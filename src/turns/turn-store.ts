import { and, asc, count, eq, isNull, sql as raw } from "drizzle-orm";
import type { TurnEnd } from "@/agent-loop/endings";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { KeptEvent } from "@/domain/event";
import type { Message } from "@/domain/message";
import type { SessionStatus } from "@/domain/session";
import type { Turn, TurnStatus } from "@/domain/turn";
import { addUsage, noUsage, type Usage } from "@/domain/usage";
import type { Page, PageQuery } from "@/http/lists";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp, toTimestampOrNull } from "@/platform/clock";

export type TurnRow = Tables["turns"]["$inferSelect"];
type SessionRow = Tables["sessions"]["$inferSelect"];

/** A turn that this process owns until a newer claim: `epoch` goes with every append. */
export type Claim = { turn: TurnRow; session: SessionRow; epoch: number; wasRunning: boolean; wasReleased: boolean; becameBusy: boolean };

export type TurnStore = ReturnType<typeof createTurnStore>;

/** Turns and the part of the session's row that follows them. */
export const createTurnStore = ({ tables: { turns, sessions, events } }: Pick<Database, "tables">, clock: Clock) => {
  const slot = raw.placeholder;
  /** Word for word the condition of the index on open turns; another spelling would read every turn of the session. */
  const isOpen = raw`status in ('queued', 'running', 'waiting')`;
  const conversation = prepare<{ sessionId: string; position: number }, { json: string }>((sql) =>
    sql
      .select({ json: events.data })
      .from(events)
      .innerJoin(turns, eq(turns.id, events.turnId))
      .where(
        and(
          eq(events.sessionId, slot("sessionId")),
          raw`${events.type} in ('message.user', 'message.assistant', 'message.tool_result', 'message.system')`,
          raw`${turns.position} < ${slot("position")}`,
          // A message whose turn was cancelled before it began was taken back.
          raw`not (${turns.status} = 'cancelled' and ${turns.startedAt} is null)`,
        ),
      )
      .orderBy(asc(turns.position), asc(events.sequence))
      .prepare(),
  );
  const nextOpen = prepare<{ sessionId: string }, TurnRow>((sql) =>
    sql
      .select()
      .from(turns)
      .where(and(eq(turns.sessionId, slot("sessionId")), isOpen))
      .orderBy(raw`${turns.status} = 'queued'`, asc(turns.position))
      .limit(1)
      .prepare(),
  );
  const allOpen = prepare<{ sessionId: string }, TurnRow>((sql) =>
    sql
      .select()
      .from(turns)
      .where(and(eq(turns.sessionId, slot("sessionId")), isOpen))
      .orderBy(raw`${turns.status} = 'queued'`, asc(turns.position))
      .prepare(),
  );
  const cancelRequested = prepare<{ id: string }, { at: number | null }>((sql) =>
    sql
      .select({ at: turns.cancelRequestedAt })
      .from(turns)
      .where(eq(turns.id, slot("id")))
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
  const nameModel = prepare<{ id: string; model: string }, { id: string }>((sql) =>
    sql
      .update(turns)
      .set({ model: raw`${slot("model")}` })
      .where(eq(turns.id, slot("id")))
      .returning({ id: turns.id })
      .prepare(),
  );
  const statusOfSession = prepare<{ id: string }, { status: SessionStatus }>((sql) =>
    sql
      .select({ status: sessions.status })
      .from(sessions)
      .where(eq(sessions.id, slot("id")))
      .prepare(),
  );
  const begin = prepare<{ id: string; startedAt: number }, { id: string }>((sql) =>
    sql
      .update(turns)
      .set({ status: "running", startedAt: raw`${slot("startedAt")}` })
      .where(eq(turns.id, slot("id")))
      .returning({ id: turns.id })
      .prepare(),
  );
  const take = prepare<{ id: string; now: number }, SessionRow>((sql) =>
    sql
      .update(sessions)
      .set({
        epoch: raw`${sessions.epoch} + 1`,
        status: "running",
        startedAt: raw`coalesce(${sessions.startedAt}, ${slot("now")})`,
        finishedAt: null,
      })
      .where(eq(sessions.id, slot("id")))
      .returning()
      .prepare(),
  );
  const ending = prepare<
    { id: string; status: string; usage: string; costUsd: number | null; errorCode: string | null; error: string | null; now: number },
    { id: string }
  >((sql) =>
    sql
      .update(turns)
      .set({
        status: raw`${slot("status")}`,
        usage: raw`${slot("usage")}`,
        costUsd: raw`${slot("costUsd")}`,
        errorCode: raw`${slot("errorCode")}`,
        error: raw`${slot("error")}`,
        finishedAt: raw`${slot("now")}`,
      })
      .where(eq(turns.id, slot("id")))
      .returning({ id: turns.id })
      .prepare(),
  );
  const standing = prepare<{ id: string }, { usage: Usage; costUsd: number | null; queued: number }>((sql) =>
    sql
      .select({
        usage: sessions.usage,
        costUsd: sessions.costUsd,
        queued: raw<number>`(select count(*) from turns as other where other.session_id = sessions.id and other.status = 'queued')`,
      })
      .from(sessions)
      .where(eq(sessions.id, slot("id")))
      .prepare(),
  );
  const settle = prepare<{ id: string; usage: string; costUsd: number | null; status: string; finishedAt: number | null }, { id: string }>(
    (sql) =>
      sql
        .update(sessions)
        .set({
          usage: raw`${slot("usage")}`,
          costUsd: raw`${slot("costUsd")}`,
          status: raw`${slot("status")}`,
          finishedAt: raw`${slot("finishedAt")}`,
        })
        .where(eq(sessions.id, slot("id")))
        .returning({ id: sessions.id })
        .prepare(),
  );
  const isWithoutTurn = raw`${sessions.status} = 'running' and not exists (
    select 1 from turns where turns.session_id = sessions.id and turns.status in ('queued', 'running', 'waiting'))`;
  const stranded = prepare<{ id: string }, { id: string }>((sql) =>
    sql
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.id, slot("id")), isWithoutTurn))
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

    /**
     * Takes the session's next turn: the one that was cut short, else the oldest in the queue. Raising the epoch stops whoever had it before.
     * Undefined when nothing is to be done, or while a turn waits for a person.
     */
    *claim(sessionId: string): Script<Claim | undefined> {
      const [turn] = yield* nextOpen({ sessionId });
      if (!turn || turn.status === "waiting") return undefined;

      const now = clock.now();
      const startedAt = turn.startedAt ?? now;
      const [before] = yield* statusOfSession({ id: sessionId });
      yield* begin({ id: turn.id, startedAt });
      const [session] = yield* take({ id: sessionId, now });
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
      const isRunning = and(eq(turns.id, turn.id), eq(turns.status, "running"));
      if (mine?.epoch === epoch) yield* run(tx.sql.update(turns).set({ status: "queued" }).where(isRunning));
    },

    *setModel(turnId: string, model: string): Script<void> {
      yield* nameModel({ id: turnId, model });
    },

    /** Closes a turn and tells what became of its session. Goes into the transaction of the turn's last events. */
    *finish({ turn, session }: Claim, end: TurnEnd): Script<{ sessionStatus: SessionStatus }> {
      const now = clock.now();
      const { status, error } = end;
      yield* ending({
        id: turn.id,
        status,
        usage: JSON.stringify(end.usage),
        costUsd: end.cost_usd,
        errorCode: error?.code ?? null,
        error: error?.message ?? null,
        now,
      });
      const [row] = yield* standing({ id: session.id });
      const { usage, costUsd, queued } = row!;
      const sessionStatus = queued > 0 ? "running" : error?.code === "crash_loop" ? "failed" : "pending";
      yield* settle({
        id: session.id,
        usage: JSON.stringify(addUsage(usage, end.usage)),
        costUsd: end.cost_usd === null ? costUsd : (costUsd ?? 0) + end.cost_usd,
        status: sessionStatus,
        finishedAt: sessionStatus === "running" ? null : now,
      });
      return { sessionStatus };
    },

    /** The messages of the turns before this one, in the order of their turns: what came while a turn ran belongs behind it. */
    *messagesBefore({ sessionId, position }: Pick<TurnRow, "sessionId" | "position">): Script<Message[]> {
      const rows = yield* conversation({ sessionId, position });
      return rows.map(({ json }) => JSON.parse(json) as Message);
    },

    /** The session's open turns, the running or waiting one first. */
    open: (sessionId: string): Script<TurnRow[]> => allOpen({ sessionId }),

    /** Every session that has a turn to run: what a start takes up again. */
    *sessionsWithOpenTurns({ sql }: Pick<Tx, "sql">): Script<string[]> {
      const rows = yield* run(sql.selectDistinct({ sessionId: turns.sessionId }).from(turns).where(isOpen));
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

    /** Said to run, without an open turn. */
    *isStranded(sessionId: string): Script<boolean> {
      const rows = yield* stranded({ id: sessionId });
      return rows.length > 0;
    },

    /** A session without an open turn does not run: true when it was said to, and is not any more. */
    *settleIdle(tx: Tx, sessionId: string): Script<boolean> {
      const settled = yield* run(
        tx.sql
          .update(sessions)
          .set({ status: "pending", finishedAt: clock.now() })
          .where(and(eq(sessions.id, sessionId), isWithoutTurn))
          .returning({ id: sessions.id }),
      );
      return settled.length > 0;
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
  usage: row.usage,
  cost_usd: row.costUsd,
  error: row.errorCode === null ? null : { code: row.errorCode, message: row.error ?? "" },
  created_at: toTimestamp(row.createdAt),
  started_at: toTimestampOrNull(row.startedAt),
  finished_at: toTimestampOrNull(row.finishedAt),
  duration_ms: row.startedAt === null || row.finishedAt === null ? null : Math.max(0, row.finishedAt - row.startedAt),
});
