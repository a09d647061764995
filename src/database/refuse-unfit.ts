import { Database as Sqlite } from "bun:sqlite";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { StartRefused } from "@/platform/app-error";
import { type Applied, appliedTo, type Migration } from "./migrate";

/** "Evrr", in the file's header at byte 68: says whose database this is before it is opened. Source: sqlite.org/fileformat2.html#application_id */
export const APPLICATION_ID = 0x45767272;

/**
 * Throws `StartRefused` for a database that this version must not touch, and what SQLite throws for one that is damaged where it begins. Reads
 * only: even to close a connection that may write folds the log of a killed server into the file.
 */
export function refuseUnfit(path: string, migrations: readonly Migration[]): void {
  refuseStrangeFile(path);
  // What a start that was killed has half changed is taken back by whoever may write, and by nobody else.
  const sqlite = new Sqlite(path, bytesOf(`${path}-journal`) > 0 ? { readwrite: true } : { readonly: true });
  try {
    sqlite.run("PRAGMA busy_timeout = 5000");
    refuseForeignHistory(path, appliedTo(sqlite), migrations);
  } finally {
    sqlite.close();
  }
}

/** Throws `StartRefused` for a file that is empty, damaged at its beginning or of another program. Reads 100 bytes and changes nothing. */
export function refuseStrangeFile(path: string): void {
  const header = Buffer.alloc(100);
  const file = openSync(path, "r");
  const length = readSync(file, header, 0, 100, 0);
  closeSync(file);

  if (length === 0)
    throw new StartRefused(
      `The database ${path} is empty: it was cut short or made by mistake. Restore a backup, or move it away to begin anew.`,
    );
  if (length < 100 || header.toString("latin1", 0, 16) !== "SQLite format 3\0")
    throw new StartRefused(`The file ${path} is not a database, or its beginning is damaged. Move it away and restore a backup.`);
  if (header.readUInt32BE(68) !== APPLICATION_ID)
    throw new StartRefused(`The database ${path} belongs to another program. Choose another data folder.`);
}

/** Throws `StartRefused` where a database is missing and its log is not: a new database would be given the pages of the old one. */
export function refuseStrayLog(path: string): void {
  const log = [`${path}-wal`, `${path}-journal`].find((each) => bytesOf(each) > 0);
  if (log !== undefined)
    throw new StartRefused(
      `The database ${path} is missing, and its log ${log} is there, which may hold what was written last. Put the database back, or restore a backup.`,
    );
}

const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function refuseForeignHistory(path: string, applied: readonly Applied[], migrations: readonly Migration[]): void {
  const known = new Map(migrations.map(({ name, hash }) => [name, hash]));
  for (const { name, hash } of applied) {
    if (!known.has(name))
      throw new StartRefused(
        `The database ${path} was written by a newer version of Everruns (it has the migration ${name}). Start that version, or restore a backup.`,
      );
    if (known.get(name) !== hash)
      throw new StartRefused(
        `The migration ${name} of the database ${path} differs from this version's. It was made by a build that was never released.`,
      );
  }
}
