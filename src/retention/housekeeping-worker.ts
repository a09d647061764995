import type { Database, Script, Tx } from "@/database/database";
import { isDiskFull } from "@/database/disk-full";
import type { Clock } from "@/platform/clock";
import type { Logger } from "@/platform/logger";
import { type ExpiryStore, type Place, START } from "./expiry-store";

type Parts = {
  db: Database;
  expiry: ExpiryStore;
  clock: Clock;
  /** 0 keeps for ever. */
  retainSessionsDays: number;
  retainAuditDays: number;
  /** Tells whoever follows a session that it is gone. */
  forget: (sessionId: string) => void;
  /** A large session is to be removed piece by piece. */
  sweep: () => void;
  /** Removes what accounts have no use for any more. */
  tidyAccounts: () => Promise<unknown>;
  logger: Logger;
  /** From the end of one round to the next. Milliseconds. */
  everyMs?: number;
};

export type Housekeeping = { start(): void; stop(): Promise<void> };

const DAY_MS = 24 * 3_600_000;
const ROUND_EVERY_MS = 600_000;

/** The first round of a server comes soon: one that is started every morning has to get to it too. */
const FIRST_ROUND_MS = 30_000;

/** Between two pieces of work, each short, everyone else has their turn. */
const PAUSE_MS = 25;

/** An answer to a repeated request is kept for a day. What says when it expires is kept a day longer: a clock that is set back finds it. */
const KEPT_MS = DAY_MS;

/**
 * Removes in the background what has expired, and gives the room back to the file system: little by little, so that no request waits long.
 * A round that fails is told and taken up again with the next; on a full disk it rests too.
 */
export function createHousekeeping(parts: Parts): Housekeeping {
  const { everyMs = ROUND_EVERY_MS, logger } = parts;
  let timer: Timer | undefined;
  let round: Promise<void> = Promise.resolve();
  let isStopping = false;

  const plan = (ms: number) => {
    const run = () => {
      round = begin();
    };
    if (!isStopping) timer = setTimeout(run, ms);
  };

  async function begin(): Promise<void> {
    try {
      for await (const _piece of pieces(parts)) {
        if (isStopping) return;
        await Bun.sleep(PAUSE_MS);
      }
    } catch (error) {
      if (!isDiskFull(error)) logger.error({ err: error }, "housekeeping failed; it is tried again");
    }
    plan(everyMs);
  }

  return {
    start: () => plan(Math.min(everyMs, FIRST_ROUND_MS)),
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      await round;
    },
  };
}

/** A round, piece by piece. */
async function* pieces({
  db,
  expiry,
  clock,
  retainSessionsDays,
  retainAuditDays,
  forget,
  sweep,
  tidyAccounts,
  logger,
}: Parts): AsyncGenerator<void> {
  await tidyAccounts();
  yield;
  const now = clock.now();
  const rows: ((tx: Tx) => Script<boolean>)[] = [
    (tx) => expiry.removeIdempotencyKeys(tx, now - KEPT_MS),
    (tx) => expiry.removeLogins(tx, now - KEPT_MS),
    (tx) => expiry.removeOneTimeLinks(tx, now - KEPT_MS),
    ...(retainAuditDays > 0 ? [(tx: Tx) => expiry.removeAuditEvents(tx, now - retainAuditDays * DAY_MS)] : []),
  ];
  for (const remove of rows) {
    while (await db.transact(remove)) yield;
    yield;
  }

  let removedSessions = 0;
  for (let place: Place | null = retainSessionsDays > 0 ? START : null; place !== null; ) {
    const from: Place = place;
    const { removed, isToBeSwept, next } = await db.transact((tx) =>
      expiry.removeIdleSessions(tx, from, now - retainSessionsDays * DAY_MS),
    );
    for (const id of removed) forget(id);
    if (isToBeSwept) sweep();
    removedSessions += removed.length;
    place = next;
    yield;
  }
  if (removedSessions > 0)
    logger.info({ sessions: removedSessions, retain_days: retainSessionsDays }, "removed sessions that were left alone");

  while (db.tidy()) yield;
}
