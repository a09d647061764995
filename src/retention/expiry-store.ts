import { and, asc, eq, gt, inArray, isNull, lt, lte, or, sql as raw } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { HiddenSessionStore } from "@/sessions/hidden-session-store";

/** So many rows of one kind are removed in one transaction. */
const ROWS_AT_ONCE = 500;

/** So many events go with their sessions in one transaction; a session that has more goes piece by piece. Bounds how long everyone else waits. */
const EVENTS_AT_ONCE = 500;

/** Where a walk over all sessions, oldest first, has got to. */
export type Place = { createdAt: number; id: string };

export const START: Place = { createdAt: 0, id: "" };

export type RemovedSessions = { removed: string[]; isToBeSwept: boolean; next: Place | null };

export type ExpiryStore = ReturnType<typeof createExpiryStore>;

/** What is over for good, of whatever table. Removes a little at a time, and is called again while there is more. */
export const createExpiryStore = ({ tables }: Pick<Database, "tables">, hidden: Pick<HiddenSessionStore, "leave">) => {
  const { sessions, turns, idempotencyKeys, logins, oneTimeLinks, auditEvents } = tables;

  /** The oldest rows whose time lies before the moment; true when there may be more. */
  function* removeBefore(tx: Tx, table: SQLiteTable, time: SQLiteColumn, moment: number): Script<boolean> {
    const old = tx.sql
      .select({ time: raw<number>`${time}` })
      .from(table)
      .where(lt(time, moment));
    const [last] = yield* run(old.orderBy(asc(time)).limit(1).offset(ROWS_AT_ONCE));
    yield* run(tx.sql.delete(table).where(lte(time, last?.time ?? moment - 1)));
    return last !== undefined;
  }

  return {
    *removeIdempotencyKeys(tx: Tx, before: number): Script<boolean> {
      return yield* removeBefore(tx, idempotencyKeys, idempotencyKeys.createdAt, before);
    },
    *removeLogins(tx: Tx, before: number): Script<boolean> {
      return yield* removeBefore(tx, logins, logins.expiresAt, before);
    },
    *removeOneTimeLinks(tx: Tx, before: number): Script<boolean> {
      return yield* removeBefore(tx, oneTimeLinks, oneTimeLinks.expiresAt, before);
    },
    *removeAuditEvents(tx: Tx, before: number): Script<boolean> {
      return yield* removeBefore(tx, auditEvents, auditEvents.at, before);
    },

    /**
     * Goes on from `after` over the sessions that were made before the moment, and removes with all they hold those that nothing has touched
     * since and in which nothing runs, waits or is queued. Returns their ids, whether one of them is only hidden and still to be swept, and
     * where to go on; null at the end.
     */
    *removeIdleSessions(tx: Tx, after: Place, before: number): Script<RemovedSessions> {
      const isBehind = or(gt(sessions.createdAt, after.createdAt), and(eq(sessions.createdAt, after.createdAt), gt(sessions.id, after.id)));
      const isIdle = and(
        lt(sessions.updatedAt, before),
        inArray(sessions.status, ["pending", "failed"]),
        raw`not exists (select 1 from ${turns} where turns.session_id = sessions.id and turns.status in ('queued', 'running', 'waiting'))`,
      );
      const walked = yield* run(
        tx.sql
          .select({
            id: sessions.id,
            createdAt: sessions.createdAt,
            events: raw<number>`${sessions.nextSequence} - 1`,
            isIdle: raw<number>`${isIdle}`,
          })
          .from(sessions)
          .where(and(isBehind, lt(sessions.createdAt, before), isNull(sessions.hidden)))
          .orderBy(asc(sessions.createdAt), asc(sessions.id))
          .limit(ROWS_AT_ONCE),
      );
      const taken = takeWhileFew(walked);
      const idle = taken.filter(({ isIdle }) => isIdle === 1);
      const large = idle.find(({ events }) => events > EVENTS_AT_ONCE);
      const small = idle.filter((session) => session !== large).map(({ id }) => id);
      if (large) yield* hidden.leave(tx, large.id);
      if (small.length > 0) yield* run(tx.sql.delete(sessions).where(inArray(sessions.id, small)));
      const isEnd = taken.length === walked.length && walked.length < ROWS_AT_ONCE;
      return { removed: idle.map(({ id }) => id), isToBeSwept: large !== undefined, next: isEnd ? null : taken.at(-1)! };
    },
  };
};

type Walked = Place & { events: number; isIdle: number };

/** From the beginning, as many as have no more than `EVENTS_AT_ONCE` events to remove together; at least one. */
function takeWhileFew(walked: readonly Walked[]): Walked[] {
  let events = 0;
  const end = walked.findIndex((session, index) => {
    events += session.isIdle === 1 ? session.events : 0;
    return index > 0 && events > EVENTS_AT_ONCE;
  });
  return walked.slice(0, end < 0 ? walked.length : end);
}
