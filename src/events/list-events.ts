import type { Database } from "@/database/database";
import type { KeptEvent } from "@/domain/event";
import type { Page } from "@/http/lists";
import type { EventLog } from "./event-log";

type Filter = { after: number; types: ReadonlySet<string> | null };

/** So many events are looked through before everyone else has their turn. */
const SLICE = 1000;

export type ListEvents = ReturnType<typeof createListEvents>;

/**
 * A page of a session's log. Nobody waits for it, however long the log is: without a filter the log's own numbers say where the page begins
 * and how much there is; with one, the log is looked through slice by slice, which shows the same as at once because it only grows.
 */
export const createListEvents = ({ db, eventLog }: { db: Database; eventLog: EventLog }) =>
  async function listEvents(
    sessionId: string,
    { after, types }: Filter,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<Page<KeptEvent>> {
    const last = await db.read(() => eventLog.lastSequence(sessionId));
    if (types === null) {
      const items = await db.read(() => eventLog.after(sessionId, after + offset, limit));
      return { items: items.filter(({ sequence }) => sequence <= last), total: Math.max(0, last - after) };
    }

    const found: number[] = [];
    for (let from = after; from < last; from += SLICE) {
      const slice = { after: from, upTo: Math.min(last, from + SLICE) };
      found.push(...(await db.read(() => eventLog.sequencesOf(db, sessionId, slice, [...types]))));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const items = await db.read(() => eventLog.at(db, sessionId, found.slice(offset, offset + limit)));
    return { items, total: found.length };
  };
