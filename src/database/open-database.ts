import { Database as Sqlite } from "bun:sqlite";
import { closeSync, existsSync, mkdirSync, openSync, readSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { StartRefused } from "@/platform/app-error";
import { copyInto } from "./copy-into";
import type { Database } from "./database";
import { isBehind, MIGRATIONS, type Migration, migrate } from "./migrate";
import { settle } from "./settle-file";
import { createSqliteDatabase, type OnDiskFull } from "./sqlite";

/** "Evrr", in the file's header at byte 68: says whose database this is before it is opened. Source: sqlite.org/fileformat2.html#application_id */
const APPLICATION_ID = 0x45767272;

/** What the write-ahead log is cut back to after a burst. */
const MAX_IDLE_WAL_BYTES = 16 * 1024 * 1024;

type Options = { migrations?: readonly Migration[]; onDiskFull?: OnDiskFull };

/**
 * Opens or makes the database. `synchronous=FULL` is what makes a commit survive a power cut; WAL with NORMAL does not.
 * Throws `StartRefused`, and changes nothing, for a file that is empty, damaged, of another program or of a newer version.
 */
export function openDatabase(path: string, now: number, { migrations = MIGRATIONS, onDiskFull = () => {} }: Options = {}): Database {
  if (path !== ":memory:" && !existsSync(path)) create(path);
  if (path !== ":memory:") refuseStrangeFile(path);

  const sqlite = new Sqlite(path, { create: path === ":memory:", readwrite: true, strict: true });
  try {
    prepareConnection(sqlite);
    if (isBehind(sqlite, migrations)) snapshot(sqlite, path, now);
    migrate(sqlite, now, migrations);
  } catch (error) {
    sqlite.close();
    if (isDamage(error)) throw new StartRefused(`The database ${path} is damaged. Move it away and restore a backup; nothing was changed.`);
    throw error;
  }
  return createSqliteDatabase(sqlite, onDiskFull);
}

/**
 * Opens the database for a command, also while a server has it open: each writes when the other does not. Throws `StartRefused` for a database
 * that is missing or that only the server may bring up to date.
 */
export function openBesideServer(path: string, migrations: readonly Migration[] = MIGRATIONS): Database {
  if (!existsSync(path))
    throw new StartRefused(`There is no database at ${path}. Start the server once, or say which data folder with --data-dir.`);
  refuseStrangeFile(path);
  const sqlite = new Sqlite(path, { readwrite: true, strict: true });
  try {
    prepareConnection(sqlite);
    if (isBehind(sqlite, migrations))
      throw new StartRefused(
        `The database ${path} is that of an older version. Start this version's server once: it brings it up to date.`,
      );
    migrate(sqlite, 0, migrations);
  } catch (error) {
    sqlite.close();
    if (isDamage(error)) throw new StartRefused(`The database ${path} is damaged. Restore a backup; nothing was changed.`);
    throw error;
  }
  // The log is the server's to write back: a command does not wait for that.
  return { ...createSqliteDatabase(sqlite, () => {}), close: () => sqlite.close() };
}

function prepareConnection(sqlite: Sqlite): void {
  sqlite.run("PRAGMA busy_timeout = 5000");
  sqlite.run("PRAGMA journal_mode = WAL");
  sqlite.run("PRAGMA synchronous = FULL");
  sqlite.run("PRAGMA foreign_keys = ON");
  sqlite.run("PRAGMA temp_store = MEMORY");
  sqlite.run(`PRAGMA journal_size_limit = ${MAX_IDLE_WAL_BYTES}`);
}

/** Made under another name: a crash in the first moments must not leave an empty file, which a later start would refuse. */
function create(path: string): void {
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { force: true });
  const sqlite = new Sqlite(unfinished, { create: true });
  sqlite.run("PRAGMA auto_vacuum = INCREMENTAL");
  sqlite.run(`PRAGMA application_id = ${APPLICATION_ID}`);
  sqlite.close();
  settle(unfinished, path);
}

/** A copy from before an upgrade, for whoever wants the version before back: in `backups/` beside the database. */
function snapshot(sqlite: Sqlite, path: string, now: number): void {
  const folder = join(dirname(path), "backups");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = join(folder, `before-upgrade-${new Date(now).toISOString().replace(/[:.]/g, "-")}.db`);
  copyInto(sqlite, `${name}.unfinished`);
  settle(`${name}.unfinished`, name);
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

const isDamage = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code));
