import { Database as Sqlite } from "bun:sqlite";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { StartRefused } from "@/platform/app-error";
import { findDamage } from "./check-database";
import { copyInto } from "./copy-into";
import { refuseStrangeFile } from "./refuse-unfit";
import { settle } from "./settle-file";

/**
 * Writes a consistent copy of a database that may be in use, checks it, and only then gives it its name: a file of that name is a whole backup.
 */
export function backupDatabase(from: string, to: string): void {
  if (!existsSync(from)) throw new StartRefused(`There is no database at ${from}. Say which data folder with --data-dir.`);
  refuseStrangeFile(from);
  if (existsSync(to)) throw new StartRefused(`${to} exists already. Choose another name; a backup never overwrites one.`);

  const unfinished = `${to}.unfinished`;
  const sqlite = new Sqlite(from, { readwrite: true });
  try {
    sqlite.run("PRAGMA busy_timeout = 5000");
    copyInto(sqlite, unfinished);
  } finally {
    sqlite.close();
  }
  chmodSync(unfinished, 0o600);
  const damage = findDamage(unfinished);
  if (damage) {
    rmSync(unfinished, { force: true });
    throw new StartRefused(`The copy was thrown away: ${damage}. The database itself needs attention: restore an earlier backup.`);
  }
  settle(unfinished, to);
}
