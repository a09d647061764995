import type { Database } from "@/database/database";
import { isDiskFull } from "@/database/disk-full";
import type { EventBus } from "@/events/event-bus";
import type { Logger } from "@/platform/logger";
import type { SearchStore } from "./search-store";

/** So many messages are indexed in one go, and so long it rests in between: nobody who writes waits for the index. Milliseconds. */
const BATCH = 20;
const PAUSE_MS = 20;

/** Words are searched for this long after they were written, at most; bursts are taken together. */
const DELAY_MS = 300;

export type SearchWorker = ReturnType<typeof createSearchWorker>;

type Parts = { db: Database; search: SearchStore; bus: EventBus; logger: Logger };

/** Lets the index follow the log. What it has not come to when the process ends is found again at the next start. */
export function createSearchWorker({ db, search, bus, logger }: Parts) {
  const waiting = new Set<string>();
  let working: Promise<void> | undefined;
  let isStopping = false;
  let timer: Timer | undefined;

  const unsubscribe = bus.subscribeAll((sessionId, hint) => {
    if (hint === "log") later(sessionId);
  });

  function later(sessionId: string): void {
    if (isStopping) return;
    waiting.add(sessionId);
    timer ??= setTimeout(() => void catchUp(), DELAY_MS);
  }

  /** Resolves once all that was written before the call can be found. */
  async function catchUp(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await working;
    working = work();
    await working;
  }

  async function work(): Promise<void> {
    try {
      for (const sessionId of waiting) {
        waiting.delete(sessionId);
        await follow(sessionId);
      }
    } catch (error) {
      // Of a full disk the database itself tells.
      if (!isDiskFull(error)) logger.error({ err: error }, "the search index fell behind; it catches up at the next message or start");
    }
  }

  async function follow(sessionId: string): Promise<void> {
    try {
      while (!isStopping && (await db.transactRelaxed(() => search.advance(sessionId, BATCH)))) await Bun.sleep(PAUSE_MS);
    } catch (error) {
      // The next message, of any session, takes it along.
      waiting.add(sessionId);
      throw error;
    }
  }

  return {
    catchUp,
    async start(): Promise<void> {
      for (const sessionId of await db.read(() => search.behind(db))) later(sessionId);
    },
    async stop(): Promise<void> {
      isStopping = true;
      unsubscribe();
      clearTimeout(timer);
      await working;
    },
  };
}
