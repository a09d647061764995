import type { Database, Script, Tx } from "@/database/database";
import { isDiskFull } from "@/database/disk-full";
import type { Logger } from "@/platform/logger";
import type { HiddenSessionStore } from "./hidden-session-store";

type Parts = {
  db: Database;
  hidden: HiddenSessionStore;
  /** Lets go of some of the session's files; true while there are more. */
  releaseSomeFiles: (tx: Tx, sessionId: string) => Script<boolean>;
  logger: Logger;
};

/** Between two pieces, each short, everyone else has their turn. Milliseconds. */
const PAUSE_MS = 10;
const RETRY_MS = 60_000;

/** Removes piece by piece what nobody sees any more. What a stop leaves is removed by the next start. */
export function createLeavingSessions({ db, hidden, releaseSomeFiles, logger }: Parts) {
  let working: Promise<void> | undefined;
  let isAskedAgain = false;
  let isStopping = false;
  let timer: Timer | undefined;

  function sweep(): void {
    if (isStopping) return;
    isAskedAgain = true;
    working ??= work().finally(() => {
      working = undefined;
    });
  }

  async function work(): Promise<void> {
    try {
      while (isAskedAgain) {
        isAskedAgain = false;
        for (let id = await next(); id !== undefined && !isStopping; id = await next()) await remove(id);
      }
    } catch (error) {
      sweepLater(error);
    }
  }

  function sweepLater(error: unknown): void {
    // Of a full disk the database itself tells.
    if (!isDiskFull(error)) logger.error({ err: error }, "what a deleted session held could not be removed; it is tried again");
    if (!isStopping) timer = setTimeout(sweep, RETRY_MS);
  }

  const next = () => db.read(() => hidden.nextLeaving(db));

  async function remove(id: string): Promise<void> {
    while (!isStopping && (await db.transact((tx) => piece(tx, id)))) await Bun.sleep(PAUSE_MS);
  }

  function* piece(tx: Tx, id: string): Script<boolean> {
    return (yield* releaseSomeFiles(tx, id)) || (yield* hidden.removePiece(tx, id));
  }

  return {
    sweep,
    /** Also takes up what an earlier process was making: it never became whole. */
    start(): void {
      void db.transact((tx) => hidden.abandon(tx)).then(sweep, sweepLater);
    },
    async stop(): Promise<void> {
      isStopping = true;
      clearTimeout(timer);
      await working;
    },
  };
}
