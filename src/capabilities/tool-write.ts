import { type JsonValue, ToolWrite } from "@/agent-loop/tool";
import { type CallWrite, failureOf, succeeded } from "@/agent-loop/tool-outcome";
import type { Script, Tx } from "@/database/database";
import type { EventDraft, KeptEvent } from "@/domain/event";
import { type EventLog, Fenced } from "@/events/event-log";

/** Where a transactional tool writes: the transaction of its call's end, and the log of its turn. */
export type WritePlace = { tx: Tx; append: (drafts: readonly EventDraft[]) => Script<KeptEvent[]> };

type WriteScript = (place: WritePlace) => Script<JsonValue>;

/** What a transactional tool hands over. The script's result is the call's; a `ToolFailure` in it takes its writes back and is the call's error. */
export const toolWrite = (script: WriteScript): ToolWrite => new ToolWrite(script);

type Parts = {
  eventLog: EventLog;
  place: { sessionId: string; turnId: string; epoch: number };
  onInternalError: (error: unknown) => void;
};

/** Runs a tool's write and returns the events that end its call. A database that fails, and a newer owner, are the caller's to know. */
export function* performWrite(tx: Tx, { write, endOf }: CallWrite, { eventLog, place, onInternalError }: Parts): Script<EventDraft[]> {
  const append = (drafts: readonly EventDraft[]) => eventLog.append(tx, place, drafts);
  try {
    return endOf(succeeded(yield* tx.attempt(() => (write.script as WriteScript)({ tx, append }))));
  } catch (error) {
    if (error instanceof Fenced || isOfDatabase(error)) throw error;
    return endOf(failureOf(error, onInternalError));
  }
}

const isOfDatabase = (error: unknown): boolean => error instanceof Error && "code" in error && /^SQLITE_/.test(String(error.code));
