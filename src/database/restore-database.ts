import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { StartRefused } from "@/platform/app-error";
import { findDamage } from "./check-database";
import { refuseStrangeFile } from "./open-database";
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
  rmSync(incoming, { force: true });
  copyFileSync(from, incoming);

  const kept = existsSync(to) ? `${to}.replaced-${new Date(now).toISOString().replace(/[:.]/g, "-")}` : null;
  // The log of writes belongs to the old database: beside the new one it would be read into it.
  if (kept) for (const suffix of ["-wal", "-shm", ""]) if (existsSync(to + suffix)) renameSync(to + suffix, kept + suffix);
  settle(incoming, to);
  return kept;
}
