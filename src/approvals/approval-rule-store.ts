import { and, count, desc, eq, isNull, or, sql as raw, type SQL } from "drizzle-orm";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { ApprovalRule } from "@/domain/approval";
import type { ToolCallPart } from "@/domain/message";
import type { Actor } from "@/domain/user";
import type { Page, PageQuery } from "@/http/lists";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp } from "@/platform/clock";
import { newId } from "@/platform/ids";

type RuleRow = Tables["approvalRules"]["$inferSelect"];
type SessionRow = Pick<Tables["sessions"]["$inferSelect"], "id" | "agentId" | "ownerId">;

export type NewRule = { sessionId: string; isForAgent: boolean; name: string; arguments: ToolCallPart["arguments"] | undefined };

export type ApprovalRuleStore = ReturnType<typeof createApprovalRuleStore>;

/** What people need not be asked about again. A rule belongs to the owner of the session it was made in, and holds in their sessions alone. */
export const createApprovalRuleStore = ({ tables: { approvalRules, sessions, agents } }: Pick<Database, "tables">, clock: Clock) => {
  const isTheirs = ({ user, isAdmin }: Actor): SQL | undefined => (isAdmin ? undefined : eq(approvalRules.ownerId, user.id));

  const ofSession = prepare<{ agentId: string; ownerId: string; sessionId: string }, RuleRow>((sql) =>
    sql
      .select()
      .from(approvalRules)
      .where(
        and(
          eq(approvalRules.agentId, raw.placeholder("agentId")),
          eq(approvalRules.ownerId, raw.placeholder("ownerId")),
          or(isNull(approvalRules.sessionId), eq(approvalRules.sessionId, raw.placeholder("sessionId"))),
        ),
      )
      .prepare(),
  );

  function* sameAs({ sql }: Pick<Tx, "sql">, wanted: Omit<RuleRow, "id" | "createdAt">): Script<boolean> {
    const rows = yield* run(
      sql
        .select()
        .from(approvalRules)
        .where(
          and(
            eq(approvalRules.agentId, wanted.agentId),
            eq(approvalRules.ownerId, wanted.ownerId),
            eq(approvalRules.toolName, wanted.toolName),
          ),
        ),
    );
    return rows.some((row) => row.sessionId === wanted.sessionId && row.arguments === wanted.arguments);
  }

  return {
    /** Nothing is added where the same rule is there. */
    *add(tx: Tx, { sessionId, isForAgent, name, arguments: given }: NewRule): Script<void> {
      const [session] = yield* run(tx.sql.select().from(sessions).where(eq(sessions.id, sessionId)));
      const { agentId, ownerId } = session!;
      const rule = {
        agentId,
        ownerId,
        sessionId: isForAgent ? null : sessionId,
        toolName: name,
        arguments: given === undefined ? null : canonical(given),
      };
      if (yield* sameAs(tx, rule)) return;
      yield* run(tx.sql.insert(approvalRules).values({ id: newId(), ...rule, createdAt: clock.now() }));
    },

    /** Whether a call need not be asked about in this session. */
    *allowedIn(session: SessionRow): Script<(call: Pick<ToolCallPart, "name" | "arguments">) => boolean> {
      const rules = yield* ofSession({ agentId: session.agentId, ownerId: session.ownerId, sessionId: session.id });
      return (call) =>
        rules.some((rule) => rule.toolName === call.name && (rule.arguments === null || rule.arguments === canonical(call.arguments)));
    },

    *list({ sql }: Pick<Tx, "sql">, actor: Actor, { offset, limit }: PageQuery): Script<Page<ApprovalRule>> {
      const rows = yield* run(
        sql
          .select({ row: approvalRules, agentName: agents.name, sessionTitle: sessions.title })
          .from(approvalRules)
          .innerJoin(agents, eq(agents.id, approvalRules.agentId))
          .leftJoin(sessions, eq(sessions.id, approvalRules.sessionId))
          .where(isTheirs(actor))
          .orderBy(desc(approvalRules.createdAt), desc(approvalRules.id))
          .limit(limit)
          .offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(approvalRules).where(isTheirs(actor)));
      return { items: rows.map(toRule), total: counted!.total };
    },

    *remove(tx: Tx, actor: Actor, id: string): Script<void> {
      const removed = yield* run(
        tx.sql
          .delete(approvalRules)
          .where(and(eq(approvalRules.id, id), isTheirs(actor)))
          .returning({ id: approvalRules.id }),
      );
      if (removed.length === 0) throw notFound("Approval rule");
    },
  };
};

/** The same text for the same arguments, however a model has ordered them. */
function canonical(value: ToolCallPart["arguments"]): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

type FoundRule = { row: RuleRow; agentName: string; sessionTitle: string | null };

const toRule = ({ row, agentName, sessionTitle }: FoundRule): ApprovalRule => ({
  id: row.id,
  agent_id: row.agentId,
  agent_name: agentName,
  session_id: row.sessionId,
  session_title: sessionTitle,
  name: row.toolName,
  arguments: row.arguments === null ? null : JSON.parse(row.arguments),
  created_at: toTimestamp(row.createdAt),
});
