import { Database as Sqlite } from "bun:sqlite";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { StartRefused } from "@/platform/app-error";
import { copyInto } from "./copy-into";
import { isDamage } from "./damage";
import type { Database } from "./database";
import { isBehind, MIGRATIONS, type Migration, migrate } from "./migrate";
import { sayNewestBackup } from "./newest-backup";
import { APPLICATION_ID, refuseStrayLog, refuseUnfit } from "./refuse-unfit";
import { settle } from "./settle-file";
import { createSqliteDatabase, type OnDiskFull } from "./sqlite";

/** What the write-ahead log is cut back to after a burst. */
const MAX_IDLE_WAL_BYTES = 16 * 1024 * 1024;

type Options = { migrations?: readonly Migration[]; onDiskFull?: OnDiskFull };

/**
 * Opens or makes the database. `synchronous=FULL` is what makes a commit survive a power cut; WAL with NORMAL does not.
 * Throws `StartRefused`, which names the newest backup, and changes nothing, for a file that is empty, damaged, of another program or of a newer version.
 */
export function openDatabase(path: string, now: number, options: Options = {}): Database {
  try {
    return open(path, now, options);
  } catch (error) {
    throw refusalFor(path, error) ?? error;
  }
}

/** Why the server cannot start with this database, and which backup there is; null for an error that says nothing of the database. */
export function refusalFor(path: string, error: unknown): StartRefused | null {
  const reason = isDamage(error) ? `The database ${path} is damaged. Move it away and restore a backup.` : null;
  if (reason === null && !(error instanceof StartRefused)) return null;
  return new StartRefused(`${reason ?? (error as StartRefused).message} ${sayNewestBackup(path)}`);
}

function open(path: string, now: number, { migrations = MIGRATIONS, onDiskFull = () => {} }: Options): Database {
  const isInMemory = path === ":memory:";
  if (!isInMemory && !existsSync(path)) create(path);
  if (!isInMemory) refuseUnfit(path, migrations);

  const sqlite = new Sqlite(path, { create: isInMemory, readwrite: true, strict: true });
  try {
    prepareConnection(sqlite);
    if (isBehind(sqlite, migrations)) snapshot(sqlite, path, now);
    migrate(sqlite, now, migrations);
  } catch (error) {
    sqlite.close();
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
  try {
    refuseUnfit(path, migrations);
  } catch (error) {
    throw refusalFor(path, error) ?? error;
  }
  const sqlite = new Sqlite(path, { readwrite: true, strict: true });
  try {
    prepareConnection(sqlite);
    if (isBehind(sqlite, migrations))
      throw new StartRefused(
        `The database ${path} is that of an older version. Start this version's server once: it brings it up to date.`,
      );
  } catch (error) {
    sqlite.close();
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
  refuseStrayLog(path);
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
