import type { Database } from "@/database/database";
import type { KeptEvent } from "@/domain/event";
import type { Frame } from "@/http/sse";
import type { EventBus, Hint } from "./event-bus";
import type { EventLog } from "./event-log";
import type { LiveMessage, LiveMessages } from "./live-messages";

type Following = { sessionId: string; after: number; types: ReadonlySet<string> | null; signal: AbortSignal };

/** So many events are read at a time: with the largest messages, what one slow client can hold in memory. */
const BATCH = 32;

export type FollowSession = ReturnType<typeof createFollowSession>;

/**
 * A cursor over a session's log that never skips or repeats, and the words of the message being written in between.
 * A client costs its place in the log and in that message, nothing else: it is read when the client is ready for more.
 */
export const createFollowSession = ({ db, eventLog, live, bus }: { db: Database; eventLog: EventLog; live: LiveMessages; bus: EventBus }) =>
  async function* followSession({ sessionId, after, types, signal }: Following): AsyncGenerator<Frame[]> {
    const wanted = ({ type }: Frame) => types === null || types.has(type);
    const place = createPlace();
    let cursor = after;
    let isAtTail = false;

    // Listening starts before the log is read, so nothing slips in between.
    const wake = createWake(bus, sessionId, signal);
    try {
      while (!signal.aborted) {
        const hint = wake.clear();
        // Asked for only when something was kept: most rounds carry a few words of the message being written.
        const events = hint === "live" || hint === null ? [] : await db.read(() => eventLog.after(sessionId, cursor, BATCH));
        cursor = events.at(-1)?.sequence ?? cursor;

        const message = live.of(sessionId);
        const told = [
          ...events.flatMap((event) => toFrames(event, isAtTail ? place.rest(message, event.id) : [])),
          ...(events.length < BATCH ? place.more(message) : []),
        ].filter(wanted);
        if (events.length > 0) wake.again();
        if (told.length > 0) {
          yield told;
          continue;
        }
        if (events.length > 0) continue;
        isAtTail = true;
        if (!(await wake.wait())) return;
      }
    } finally {
      wake.stop();
    }
  };

function toFrames({ sequence, type, json }: KeptEvent, before: Frame[]): Frame[] {
  const told = { sequence, type, json };
  if (type !== "model.started") return [...before, told];
  const { turn_id, replaces, attempt } = JSON.parse(json) as { turn_id: string; replaces: string | null; attempt: number };
  if (replaces === null) return [...before, told];
  const discarded = { turn_id, message_id: replaces, attempt: attempt - 1 };
  return [...before, { sequence: null, type: "message.discarded", json: JSON.stringify(discarded) }, told];
}

/** How far a client has read each part of the message being written. */
function createPlace() {
  let messageId: string | undefined;
  let read: number[] = [];

  function take(message: LiveMessage): Frame[] {
    if (message.message_id !== messageId) {
      messageId = message.message_id;
      read = [];
    }
    const { turn_id, message_id, step, attempt } = message;
    return message.parts.flatMap(({ type, text, ...part }, index) => {
      const offset = read[index] ?? 0;
      if (offset >= text.length) return [];
      read[index] = text.length;
      const json = JSON.stringify({ turn_id, step, attempt, message_id, ...part, offset, delta: text.slice(offset) });
      return [{ sequence: null, type, json }];
    });
  }

  return {
    more: (message: LiveMessage | undefined): Frame[] => (message?.isWriting ? take(message) : []),
    /** What a live client is still owed of a message when its event comes. */
    rest: (message: LiveMessage | undefined, eventId: string): Frame[] => (message?.message_id === eventId ? take(message) : []),
  };
}

function createWake(bus: EventBus, sessionId: string, signal: AbortSignal) {
  let pending: Hint | null = "log";
  let resolve: (() => void) | undefined;

  const notice = (hint: Hint) => {
    if (pending !== "gone" && !(pending === "log" && hint === "live")) pending = hint;
    resolve?.();
  };
  const stopped = () => notice("gone");
  const unsubscribe = bus.subscribe(sessionId, notice);
  signal.addEventListener("abort", stopped, { once: true });

  return {
    /** The hint since the last time; what comes from here on is noticed anew. */
    clear(): Hint | null {
      const hint = pending;
      if (hint !== "gone") pending = null;
      return hint;
    },
    again: () => notice("log"),
    /** False when there is nothing more to follow. */
    async wait(): Promise<boolean> {
      while (pending === null) await new Promise<void>((done) => (resolve = done));
      resolve = undefined;
      return pending !== "gone";
    },
    stop(): void {
      unsubscribe();
      signal.removeEventListener("abort", stopped);
    },
  };
}
