import { Database as Sqlite } from "bun:sqlite";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { StartRefused } from "@/platform/app-error";
import type { Database } from "./database";
import { migrate } from "./migrate";
import { createSqliteDatabase } from "./sqlite";

/** "Evrr", in the file's header at byte 68: says whose database this is before it is opened. Source: sqlite.org/fileformat2.html#application_id */
const APPLICATION_ID = 0x45767272;

/**
 * Opens or makes the database. `synchronous=FULL` is what makes a commit survive a power cut; WAL with NORMAL does not.
 * Throws `StartRefused`, and changes nothing, for a file that is empty, damaged, of another program or of a newer version.
 */
export function openDatabase(path: string, now: number): Database {
  const isNew = path === ":memory:" || !existsSync(path);
  if (!isNew) refuseStrangeFile(path);

  const sqlite = new Sqlite(path, { create: true, strict: true });
  try {
    sqlite.run("PRAGMA busy_timeout = 5000");
    if (isNew) {
      sqlite.run(`PRAGMA application_id = ${APPLICATION_ID}`);
      sqlite.run("PRAGMA auto_vacuum = INCREMENTAL");
    }
    sqlite.run("PRAGMA journal_mode = WAL");
    sqlite.run("PRAGMA synchronous = FULL");
    sqlite.run("PRAGMA foreign_keys = ON");
    sqlite.run("PRAGMA temp_store = MEMORY");
    migrate(sqlite, now);
  } catch (error) {
    sqlite.close();
    if (isDamage(error)) throw new StartRefused(`The database ${path} is damaged. Move it away and restore a backup; nothing was changed.`);
    throw error;
  }
  return createSqliteDatabase(sqlite);
}

function refuseStrangeFile(path: string): void {
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

const isDamage = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code));
