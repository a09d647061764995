import { Database as Sqlite } from "bun:sqlite";
import { existsSync, renameSync } from "node:fs";
import { StartRefused } from "@/platform/app-error";
import { findDamage } from "./check-database";
import { copyInto } from "./copy-into";
import { refuseStrangeFile } from "./refuse-unfit";
import { settle } from "./settle-file";

/**
 * Puts a backup in the place of the database, which is kept under another name: returned, or null when there was none.
 * The caller holds the data folder's lock. Throws `StartRefused` for a file that is no whole backup, and changes nothing then.
 */
export function restoreDatabase(from: string, to: string, now: number): string | null {
  if (!existsSync(from)) throw new StartRefused(`There is no file ${from}.`);
  refuseStrangeFile(from);
  const damage = findDamage(from);
  if (damage) throw new StartRefused(`${from} can't be restored: ${damage}. Nothing was changed.`);

  const incoming = `${to}.incoming`;
  copy(from, incoming);
  const kept = putAside(to, `${to}.replaced-${new Date(now).toISOString().replace(/[:.]/g, "-")}`);
  settle(incoming, to);
  return kept;
}

/** Of a database that was in use, a part may stand in the log beside it: a copy of the file alone would lose that. */
function copy(from: string, to: string): void {
  const sqlite = new Sqlite(from, { readonly: true });
  try {
    copyInto(sqlite, to);
  } finally {
    sqlite.close();
  }
}

/**
 * The log of writes belongs to the old database: beside the new one it would be read into it, also when the old one is gone already. Interrupted
 * anywhere, this leaves a start that is refused, and a restore that can be repeated.
 */
function putAside(database: string, kept: string): string | null {
  const isThere = existsSync(database);
  for (const suffix of ["", "-wal", "-shm", "-journal"]) if (existsSync(database + suffix)) renameSync(database + suffix, kept + suffix);
  return isThere ? kept : null;
}
