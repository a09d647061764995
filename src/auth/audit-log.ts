import { and, count, desc, eq, gte, inArray, lt, or } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { AuditAction, AuditEvent } from "@/domain/audit-event";
import type { Page, PageQuery } from "@/http/lists";
import { type Clock, toTimestamp } from "@/platform/clock";
import { newId } from "@/platform/ids";
import { createRepetitions } from "./repetitions";

/** Who does something, as far as it is known, and from where. */
export type By = { actorId: string | null; address: string | null };

/** What is told. Names and ids only: never a secret, nor anything that was submitted by someone unknown. */
export type Audited = {
  action: AuditAction;
  actorId?: string | null;
  targetId?: string | null;
  address?: string | null;
  detail?: Record<string, string>;
};

export type AuditFilter = {
  action?: string | undefined;
  actorId?: string | undefined;
  targetId?: string | undefined;
  since?: number | undefined;
};

export type AuditLog = ReturnType<typeof createAuditLog>;

const DAY_MS = 24 * 3_600_000;
/** What people did is kept for this long, what strangers tried for a shorter time: there is no end to that. */
const KEPT_MS = 400 * DAY_MS;
const ATTEMPTS_KEPT_MS = 30 * DAY_MS;
const ATTEMPTS: readonly AuditAction[] = ["login.failed", "oauth.failed", "setup_link.refused", "reset_link.refused", "rate_limit.hit"];

/** What concerns security, in the order in which it happened. */
export const createAuditLog = (db: Pick<Database, "sql" | "tables" | "transact">, clock: Clock) => {
  const { auditEvents } = db.tables;
  const repetitions = createRepetitions(clock);

  return {
    /** Tells of what happens in this transaction: both are kept or neither is. */
    *record(tx: Tx, { action, actorId = null, targetId = null, address = null, detail = {} }: Audited): Script<void> {
      yield* run(tx.sql.insert(auditEvents).values({ id: newId(), at: clock.now(), action, actorId, targetId, address, detail }));
    },

    /**
     * Counts what anyone can bring about as often as they like. Costs no write: `flush` keeps one row an hour for each kind, target and address,
     * at most a hundred rows an hour in all. A crash loses what was counted since.
     */
    count: (event: Audited): void => repetitions.add(event),

    /** Keeps what was counted. Called every few seconds, before the log is read and when the server stops. */
    async flush(): Promise<void> {
      const changed = repetitions.takeChanged();
      if (changed.length === 0) return;
      await db.transact(function* (tx) {
        for (const { id, at, action, targetId, address, detail } of changed) {
          const row = { id, at, action, actorId: null, targetId, address, detail };
          yield* run(tx.sql.insert(auditEvents).values(row).onConflictDoUpdate({ target: auditEvents.id, set: { detail } }));
        }
      });
    },

    /** Forgets what is older than it need be. */
    *prune(tx: Tx): Script<void> {
      const now = clock.now();
      const isOldAttempt = and(inArray(auditEvents.action, [...ATTEMPTS]), lt(auditEvents.at, now - ATTEMPTS_KEPT_MS));
      yield* run(tx.sql.delete(auditEvents).where(or(lt(auditEvents.at, now - KEPT_MS), isOldAttempt)));
    },

    /** Newest first. */
    *list(
      { sql }: Pick<Tx, "sql">,
      { action, actorId, targetId, since }: AuditFilter,
      { offset, limit }: PageQuery,
    ): Script<Page<AuditEvent>> {
      const wanted = and(
        action === undefined ? undefined : eq(auditEvents.action, action),
        actorId === undefined ? undefined : eq(auditEvents.actorId, actorId),
        targetId === undefined ? undefined : eq(auditEvents.targetId, targetId),
        since === undefined ? undefined : gte(auditEvents.at, since),
      );
      const newestFirst = [desc(auditEvents.at), desc(auditEvents.id)];
      const rows = yield* run(
        sql
          .select()
          .from(auditEvents)
          .where(wanted)
          .orderBy(...newestFirst)
          .limit(limit)
          .offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(auditEvents).where(wanted));
      return { items: rows.map(toAuditEvent), total: counted!.total };
    },
  };
};

const toAuditEvent = (row: Tables["auditEvents"]["$inferSelect"]): AuditEvent => ({
  id: row.id,
  action: row.action,
  actor_id: row.actorId,
  target_id: row.targetId,
  address: row.address,
  detail: row.detail,
  created_at: toTimestamp(row.at),
});
