import type { Database } from "@/database/database";
import type { EventLog } from "./event-log";

type Filter = { after: number; types: ReadonlySet<string> | null };

/** So many events are looked through before everyone else has their turn. */
const SLICE = 500;

export type ListEvents = ReturnType<typeof createListEvents>;

/**
 * Where a page of a session's log lies in it. Nobody waits for it, however long the log is: without a filter the log's own numbers say where the page begins
 * and how much there is; with one, the log is looked through slice by slice, which shows the same as at once because it only grows.
 */
export const createListEvents = ({ db, eventLog }: { db: Database; eventLog: EventLog }) =>
  async function listEvents(
    sessionId: string,
    { after, types }: Filter,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<{ places: number[]; total: number }> {
    const last = await db.read(() => eventLog.lastSequence(sessionId));
    if (types === null) {
      const first = after + offset + 1;
      const length = Math.max(0, Math.min(limit, last - first + 1));
      return { places: Array.from({ length }, (_, index) => first + index), total: Math.max(0, last - after) };
    }

    const found: number[] = [];
    for (let from = after; from < last; from += SLICE) {
      const slice = { after: from, upTo: Math.min(last, from + SLICE) };
      found.push(...(await db.read(() => eventLog.sequencesOf(db, sessionId, slice, [...types]))));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { places: found.slice(offset, offset + limit), total: found.length };
  };
