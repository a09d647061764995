import { existsSync, readFileSync } from "node:fs";

/** What a write destroyed: where, and how long the file was. `old` ends where the file did; `length` is what was written. */
export type Undo = { order: number; offset: number; length: number; oldSize: number; old: Buffer };

/** Of every file the writes that no fsync has followed, oldest first. */
export type Undurable = Map<string, Undo[]>;

const HEADER_BYTES = 40;
const SYNC = 2;

/** Reads what the shim kept. A record that was cut short belongs to a write that was never made. */
export function readUndoLog(path: string): Undurable {
  const undurable: Undurable = new Map();
  const log = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  let place = 0;
  for (let order = 0; place + HEADER_BYTES <= log.length; order++) {
    const number = (at: number) => Number(log.readBigUInt64LE(place + at));
    const pathEnd = place + HEADER_BYTES + log.readUInt32LE(place + 4);
    const end = pathEnd + number(32);
    if (end > log.length) break;
    const file = log.toString("utf8", place + HEADER_BYTES, pathEnd);
    const undo = { order, offset: number(8), length: number(16), oldSize: number(24), old: log.subarray(pathEnd, end) };
    if (log.readUInt32LE(place) === SYNC) undurable.delete(file);
    else if (undurable.get(file)?.push(undo) === undefined) undurable.set(file, [undo]);
    place = end;
  }
  return undurable;
}
