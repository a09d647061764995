import type { Script, Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { FileStore } from "@/files/file-store";
import type { CopiedLog } from "./copied-log";
import { type ForkStore, ROWS_AT_ONCE } from "./fork-store";

type TurnRow = Tables["turns"]["$inferSelect"];
type EventRow = Tables["events"]["$inferSelect"];

type Parts = { forks: ForkStore; files: FileStore };

export type Copying = { from: string; to: string; last: number; log: CopiedLog; now: number };

/** A turn that had not ended at the fork's place, as it was copied. */
export type OpenTurn = Pick<TurnRow, "id" | "messageId" | "startedAt">;

/** Less than of other rows: each event is read and written anew. */
const EVENTS_AT_ONCE = 300;

const ENDS = new Set(["turn.completed", "turn.failed", "turn.cancelled"]);

/**
 * Copies a log and its files as far as a fork goes, in pieces that may each be a transaction of their own: what they copy never changes.
 * Turns that were open at that place are copied as cancelled, and pushed to `open`.
 */
export function* copyPieces(
  { forks, files }: Parts,
  { from, to, last, log, now }: Copying,
  open: OpenTurn[],
): Generator<(tx: Tx) => Script<void>> {
  const begun = new Map<string, EventRow | null>();
  const ended = new Set<string>();

  for (let after = 0; after < last; after += EVENTS_AT_ONCE) {
    const upTo = Math.min(last, after + EVENTS_AT_ONCE);
    yield function* (tx) {
      const rows = yield* forks.events(tx, from, { after, upTo });
      for (const row of rows) {
        if (row.turnId === null) continue;
        if (row.type === "turn.started") begun.set(row.turnId, row);
        if (!begun.has(row.turnId)) begun.set(row.turnId, null);
        if (ENDS.has(row.type)) ended.add(row.turnId);
      }
      yield* forks.keepEvents(rows.map(log.event));
    };
  }

  const ids = [...begun.keys()];
  for (let at = 0; at < ids.length; at += ROWS_AT_ONCE)
    yield function* (tx) {
      const rows = yield* forks.turns(tx, ids.slice(at, at + ROWS_AT_ONCE));
      const copied = rows.map((row) => log.turn(ended.has(row.id) ? row : cancelled(row, begun.get(row.id) ?? null, now)));
      yield* forks.keepTurns(tx, copied);
      open.push(...copied.filter((_, index) => !ended.has(rows[index]!.id)));
    };

  for (let path: string | null = ""; path !== null; ) {
    const after: string = path;
    yield function* (tx) {
      path = yield* files.copySome(tx, { from, to, at: last, after, limit: ROWS_AT_ONCE });
    };
  }
  yield (tx) => files.countCopied(tx, to);
}

const cancelled = (turn: TurnRow, begun: EventRow | null, now: number): TurnRow => ({
  ...turn,
  model: begun ? turn.model : null,
  startedAt: begun?.createdAt ?? null,
  status: "cancelled",
  errorCode: null,
  error: null,
  cancelRequestedAt: now,
  finishedAt: now,
});
