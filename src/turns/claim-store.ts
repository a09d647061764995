import { and, asc, desc, eq, sql as raw } from "drizzle-orm";
import type { History } from "@/agent-loop/context";
import type { TurnEnd } from "@/agent-loop/endings";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { EventData } from "@/domain/event";
import type { Message } from "@/domain/message";
import type { SessionStatus } from "@/domain/session";
import { addUsage, type Usage } from "@/domain/usage";
import type { Clock } from "@/platform/clock";
import type { TurnRow } from "./turn-store";

type SessionRow = Tables["sessions"]["$inferSelect"];

/** A turn that this process owns until a newer claim: `epoch` goes with every append. */
export type Claim = { turn: TurnRow; session: SessionRow; epoch: number; wasRunning: boolean; wasReleased: boolean; becameBusy: boolean };

export type ClaimStore = ReturnType<typeof createClaimStore>;

/** How a turn is taken, run and closed, with the part of the session's row that follows it. */
export const createClaimStore = ({ tables: { turns, sessions, events } }: Pick<Database, "tables">, clock: Clock) => {
  const slot = raw.placeholder;
  /** Word for word the condition of the index on open turns; another spelling would read every turn of the session. */
  const isOpen = raw`status in ('queued', 'running', 'waiting')`;
  const conversation = prepare<{ sessionId: string; position: number }, { json: string; model: string | null }>((sql) =>
    sql
      .select({ json: events.data, model: turns.model })
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
  const lastCompaction = prepare<{ sessionId: string; position: number }, { json: string; sequence: number }>((sql) =>
    sql
      .select({ json: events.data, sequence: events.sequence })
      .from(events)
      .innerJoin(turns, eq(turns.id, events.turnId))
      .where(
        and(
          eq(events.sessionId, slot("sessionId")),
          raw`${events.type} = 'context.compacted'`,
          raw`${turns.position} < ${slot("position")}`,
        ),
      )
      .orderBy(desc(turns.position), desc(events.sequence))
      .limit(1)
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
  const cancelRequested = prepare<{ id: string }, { at: number | null }>((sql) =>
    sql
      .select({ at: turns.cancelRequestedAt })
      .from(turns)
      .where(eq(turns.id, slot("id")))
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
  const markOnTrial = prepare<{ id: string; isOnTrial: number }, { id: string }>((sql) =>
    sql
      .update(turns)
      .set({ isOnTrial: raw`${slot("isOnTrial")}` })
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
  /** The version that the session is pinned to, else the one that its agent has now. */
  const begin = prepare<{ id: string; startedAt: number }, { agentVersion: number | null }>((sql) =>
    sql
      .update(turns)
      .set({
        status: "running",
        startedAt: raw`${slot("startedAt")}`,
        agentVersion: raw`(select coalesce(sessions.agent_version, agents.version)
          from sessions join agents on agents.id = sessions.agent_id where sessions.id = turns.session_id)`,
      })
      .where(eq(turns.id, slot("id")))
      .returning({ agentVersion: turns.agentVersion })
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
      const [begun] = yield* begin({ id: turn.id, startedAt });
      const [session] = yield* take({ id: sessionId, now });
      return {
        turn: { ...turn, startedAt, agentVersion: begun!.agentVersion },
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

    /** A claimed turn waits for people or clients, and its session with it. Nobody holds it meanwhile. */
    *rest(tx: Tx, { turn, session }: Claim): Script<void> {
      yield* run(tx.sql.update(turns).set({ status: "waiting" }).where(eq(turns.id, turn.id)));
      yield* run(tx.sql.update(sessions).set({ status: "waiting" }).where(eq(sessions.id, session.id)));
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
    *historyBefore({ sessionId, position }: Pick<TurnRow, "sessionId" | "position">): Script<History> {
      const rows = yield* conversation({ sessionId, position });
      const [compaction] = yield* lastCompaction({ sessionId, position });
      const messages = rows.map(({ json }) => JSON.parse(json) as Message);
      const counted = messages.findLastIndex(({ usage, sequence }) => usage !== null && sequence > (compaction?.sequence ?? 0));
      const { id, usage } = messages[counted] ?? {};
      return {
        messages,
        compacted: compaction ? (JSON.parse(compaction.json) as EventData<"context.compacted">) : null,
        // A turn that fell back ends with the model that its row names.
        measured: id && usage ? { messageId: id, tokens: usage.input_tokens, by: rows[counted]!.model ?? "" } : null,
      };
    },

    /** Every session that has a turn to run, not one that waits for an answer, with the turn that was running there when the process before ended. */
    *sessionsWithOpenTurns({ sql }: Pick<Tx, "sql">): Script<{ sessionId: string; turnId: string | null }[]> {
      const running = raw<string | null>`max(case when ${turns.status} = 'running' then ${turns.id} end)`;
      return yield* run(
        sql
          .select({ sessionId: turns.sessionId, turnId: running })
          .from(turns)
          .where(and(isOpen, raw`status <> 'waiting'`))
          .groupBy(turns.sessionId),
      );
    },

    /** Whether it runs alone after crashes: a crash meanwhile is its own. */
    *setOnTrial(turnId: string, isOnTrial: boolean): Script<void> {
      yield* markOnTrial({ id: turnId, isOnTrial: isOnTrial ? 1 : 0 });
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
  };
};
