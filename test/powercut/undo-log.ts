import { existsSync, readFileSync } from "node:fs";

/** What a write destroyed: where, and how long the file was. `old` ends where the file did; `length` is what was written. */
export type Undo = { order: number; offset: number; length: number; oldSize: number; old: Buffer };

/** What became of a name in the folder. */
export type Renaming =
  | { kind: "made"; path: string }
  | { kind: "renamed"; path: string; from: string }
  | { kind: "removed"; path: string; content: Buffer };

export type Undurable = {
  /** Of every file, by its name now, the writes that no fsync has followed, oldest first. */
  writes: Map<string, Undo[]>;
  /** The names that changed since the folder was last synced, oldest first. */
  names: Renaming[];
};

const HEADER_BYTES = 40;
const [WRITE, SYNC, MADE, RENAMED, REMOVED, FOLDER_SYNC] = [1, 2, 3, 4, 5, 6];

/** Reads what the shim kept. A record that was cut short belongs to a change that was never made. */
export function readUndoLog(path: string): Undurable {
  const writes = new Map<string, Undo[]>();
  let names: Renaming[] = [];
  const log = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  let place = 0;
  for (let order = 0; place + HEADER_BYTES <= log.length; order++) {
    const number = (at: number) => Number(log.readBigUInt64LE(place + at));
    const pathEnd = place + HEADER_BYTES + log.readUInt32LE(place + 4);
    const end = pathEnd + number(32);
    if (end > log.length) break;
    const kind = log.readUInt32LE(place);
    const file = log.toString("utf8", place + HEADER_BYTES, pathEnd);
    const old = log.subarray(pathEnd, end);
    if (kind === WRITE)
      writes.set(file, [...(writes.get(file) ?? []), { order, offset: number(8), length: number(16), oldSize: number(24), old }]);
    if (kind === SYNC || kind === REMOVED) writes.delete(file);
    if (kind === MADE) names.push({ kind: "made", path: file });
    if (kind === RENAMED) {
      const from = old.toString("utf8");
      names.push({ kind: "renamed", path: file, from });
      writes.set(file, writes.get(from) ?? []);
      writes.delete(from);
    }
    if (kind === REMOVED) names.push({ kind: "removed", path: file, content: old });
    if (kind === FOLDER_SYNC) names = [];
    place = end;
  }
  return { writes, names };
}
