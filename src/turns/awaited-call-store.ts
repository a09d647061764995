import { and, asc, count, desc, eq, isNotNull, isNull, lte, ne, sql as raw, type SQL } from "drizzle-orm";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { Approval, ApprovalStatus } from "@/domain/approval";
import type { EventData, KeptEvent } from "@/domain/event";
import type { Actor } from "@/domain/user";
import type { Page, PageQuery } from "@/http/lists";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp, toTimestampOrNull } from "@/platform/clock";

export type AwaitedCall = Tables["awaitedCalls"]["$inferSelect"];

export type AwaitedCallStore = ReturnType<typeof createAwaitedCallStore>;

/** Calls that somebody was asked about, as the log says it: every row follows from events, and is written in their transaction. */
export const createAwaitedCallStore = ({ tables: { awaitedCalls, sessions, agents } }: Pick<Database, "tables">, clock: Clock) => {
  const slot = raw.placeholder;
  const isOpen = isNull(awaitedCalls.resolvedAt);
  const insert = prepare<Omit<AwaitedCall, "resolvedAt" | "decision" | "changedArguments" | "reason" | "decidedBy">, { id: string }>(
    (sql) =>
      sql
        .insert(awaitedCalls)
        .values({
          id: slot("id"),
          sessionId: slot("sessionId"),
          turnId: slot("turnId"),
          toolCallId: slot("toolCallId"),
          awaits: slot("awaits"),
          childSessionId: slot("childSessionId"),
          name: slot("name"),
          arguments: slot("arguments"),
          createdAt: slot("createdAt"),
          expiresAt: slot("expiresAt"),
        })
        .returning({ id: awaitedCalls.id })
        .prepare(),
  );
  const childrenOf = prepare<{ turnId: string }, { id: string | null }>((sql) =>
    sql
      .select({ id: awaitedCalls.childSessionId })
      .from(awaitedCalls)
      .where(and(eq(awaitedCalls.turnId, slot("turnId")), eq(awaitedCalls.awaits, "agent"), isOpen))
      .prepare(),
  );
  const isVisible = ({ user, isAdmin }: Actor): SQL | undefined => (isAdmin ? undefined : eq(sessions.ownerId, user.id));
  const columns = {
    row: awaitedCalls,
    agentId: sessions.agentId,
    agentName: agents.name,
    sessionTitle: sessions.title,
  };

  function* record({ id, session_id, turn_id, type, json, created_at }: KeptEvent): Script<void> {
    if (type === "approval.requested" || type === "tool.started") {
      const data = JSON.parse(json) as Partial<EventData<"approval.requested">> & EventData<"tool.started">;
      const awaits = type === "approval.requested" ? "approval" : data.runs_on;
      if (!awaits) return;
      yield* insert({
        id,
        sessionId: session_id,
        turnId: turn_id!,
        toolCallId: data.tool_call_id,
        awaits,
        childSessionId: data.child_session_id ?? null,
        name: data.name,
        arguments: JSON.stringify(data.arguments),
        createdAt: created_at,
        expiresAt: data.expires_at === undefined ? null : Date.parse(data.expires_at),
      });
    }
  }

  return {
    /** Follows what was just appended to a turn's log. */
    *follow({ sql }: Pick<Tx, "sql">, kept: readonly KeptEvent[]): Script<void> {
      for (const event of kept) {
        yield* record(event);
        if (event.type !== "approval.resolved" && event.type !== "tool.completed") continue;
        const data = JSON.parse(event.json) as EventData<"approval.resolved">;
        const isDecision = event.type === "approval.resolved";
        const of = isDecision
          ? eq(awaitedCalls.id, data.approval_id)
          : and(
              eq(awaitedCalls.turnId, event.turn_id!),
              eq(awaitedCalls.toolCallId, data.tool_call_id),
              ne(awaitedCalls.awaits, "approval"),
            );
        const decided = isDecision && {
          decision: data.decision,
          changedArguments: data.changed_arguments === null ? null : JSON.stringify(data.changed_arguments),
          reason: data.reason,
          decidedBy: data.decided_by,
        };
        yield* run(
          sql
            .update(awaitedCalls)
            .set({ resolvedAt: event.created_at, ...decided })
            .where(and(of, isOpen)),
        );
      }
    },

    /** The approval with this id, of a session that the actor may see. */
    *getApproval({ sql }: Pick<Tx, "sql">, actor: Actor, id: string, sessionId?: string): Script<Approval> {
      const [found] = yield* run(
        sql
          .select(columns)
          .from(awaitedCalls)
          .innerJoin(sessions, eq(sessions.id, awaitedCalls.sessionId))
          .innerJoin(agents, eq(agents.id, sessions.agentId))
          .where(
            and(
              eq(awaitedCalls.id, id),
              eq(awaitedCalls.awaits, "approval"),
              sessionId === undefined ? undefined : eq(awaitedCalls.sessionId, sessionId),
              isVisible(actor),
            ),
          ),
      );
      if (!found) throw notFound("Approval");
      return toApproval(found);
    },

    *listApprovals(
      { sql }: Pick<Tx, "sql">,
      actor: Actor,
      status: ApprovalStatus | "all",
      { offset, limit }: PageQuery,
    ): Script<Page<Approval>> {
      const inStatus = { all: undefined, resolved: isNotNull(awaitedCalls.resolvedAt), pending: raw`${awaitedCalls.resolvedAt} is null` };
      const wanted = and(eq(awaitedCalls.awaits, "approval"), inStatus[status], isVisible(actor));
      const rows = yield* run(
        sql
          .select(columns)
          .from(awaitedCalls)
          .innerJoin(sessions, eq(sessions.id, awaitedCalls.sessionId))
          .innerJoin(agents, eq(agents.id, sessions.agentId))
          .where(wanted)
          .orderBy(desc(awaitedCalls.createdAt), desc(awaitedCalls.id))
          .limit(limit)
          .offset(offset),
      );
      const [counted] = yield* run(
        sql.select({ total: count() }).from(awaitedCalls).innerJoin(sessions, eq(sessions.id, awaitedCalls.sessionId)).where(wanted),
      );
      return { items: rows.map(toApproval), total: counted!.total };
    },

    /** The last call with this id that a session's client was asked to run. */
    *findClientCall({ sql }: Pick<Tx, "sql">, sessionId: string, toolCallId: string): Script<AwaitedCall | undefined> {
      const [row] = yield* run(
        sql
          .select()
          .from(awaitedCalls)
          .where(and(eq(awaitedCalls.sessionId, sessionId), eq(awaitedCalls.toolCallId, toolCallId), eq(awaitedCalls.awaits, "client")))
          .orderBy(desc(awaitedCalls.createdAt), desc(awaitedCalls.id))
          .limit(1),
      );
      return row;
    },

    /** The call that waits for this session of another agent. */
    *findOpenByChild({ sql }: Pick<Tx, "sql">, childSessionId: string): Script<AwaitedCall | undefined> {
      const [row] = yield* run(
        sql
          .select()
          .from(awaitedCalls)
          .where(and(eq(awaitedCalls.childSessionId, childSessionId), isOpen)),
      );
      return row;
    },

    /** The sessions of other agents that a turn waits for. */
    *openChildren(turnId: string): Script<string[]> {
      const rows = yield* childrenOf({ turnId });
      return rows.flatMap(({ id }) => id ?? []);
    },

    /** How many calls of other agents a turn has made. */
    *countAgents({ sql }: Pick<Tx, "sql">, turnId: string): Script<number> {
      const [counted] = yield* run(
        sql
          .select({ total: count() })
          .from(awaitedCalls)
          .where(and(eq(awaitedCalls.turnId, turnId), eq(awaitedCalls.awaits, "agent"))),
      );
      return counted!.total;
    },

    /** Those that nobody has answered in time, oldest first, so many at once that a sweep holds nobody up. */
    *overdue({ sql }: Pick<Tx, "sql">, limit = 100): Script<AwaitedCall[]> {
      return yield* run(
        sql
          .select()
          .from(awaitedCalls)
          .where(and(raw`resolved_at is null`, lte(awaitedCalls.expiresAt, clock.now())))
          .orderBy(asc(awaitedCalls.expiresAt))
          .limit(limit),
      );
    },

    *isOpen({ sql }: Pick<Tx, "sql">, id: string): Script<boolean> {
      const rows = yield* run(
        sql
          .select({ id: awaitedCalls.id })
          .from(awaitedCalls)
          .where(and(eq(awaitedCalls.id, id), isOpen)),
      );
      return rows.length > 0;
    },
  };
};

type Found = { row: AwaitedCall; agentId: string; agentName: string; sessionTitle: string | null };

const toApproval = ({ row, agentId, agentName, sessionTitle }: Found): Approval => ({
  id: row.id,
  status: row.resolvedAt === null ? "pending" : "resolved",
  agent_id: agentId,
  agent_name: agentName,
  session_id: row.sessionId,
  session_title: sessionTitle,
  turn_id: row.turnId,
  tool_call_id: row.toolCallId,
  name: row.name,
  arguments: JSON.parse(row.arguments),
  decision: row.decision,
  changed_arguments: row.changedArguments === null ? null : JSON.parse(row.changedArguments),
  reason: row.reason,
  decided_by: row.decidedBy,
  created_at: toTimestamp(row.createdAt),
  expires_at: toTimestamp(row.expiresAt!),
  resolved_at: toTimestampOrNull(row.resolvedAt),
});
