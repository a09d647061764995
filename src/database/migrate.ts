import type { Database as Sqlite } from "bun:sqlite";
import { readMigrations } from "./migrations.macro" with { type: "macro" };

export type Migration = { name: string; hash: string; statements: string[] };

export const MIGRATIONS = readMigrations() as unknown as readonly Migration[];

export type Applied = { name: string; hash: string };

/** The migrations that a database has; none for one that was only just made. */
export function appliedTo(sqlite: Sqlite): Applied[] {
  const hasHistory = sqlite.query("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get() !== null;
  return hasHistory ? sqlite.query<Applied, []>("SELECT name, hash FROM migrations").all() : [];
}

/** Whether an upgrade is due for a database that is in use already. */
export function isBehind(sqlite: Sqlite, migrations: readonly Migration[]): boolean {
  const applied = new Set(appliedTo(sqlite).map(({ name }) => name));
  return applied.size > 0 && migrations.some(({ name }) => !applied.has(name));
}

/**
 * Brings the schema up to date: by name and in order, all that is missing or nothing, with foreign keys checked before it commits:
 * an upgrade that fails leaves the database as the version before it wrote it. The database is one that this version may change.
 */
export function migrate(sqlite: Sqlite, now: number, migrations: readonly Migration[]): void {
  sqlite.run("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
  const done = new Set(appliedTo(sqlite).map(({ name }) => name));
  const missing = migrations.filter(({ name }) => !done.has(name));
  if (missing.length === 0) return;

  // A table that is rebuilt is dropped in between; with foreign keys on, its children would be deleted with it.
  sqlite.run("PRAGMA foreign_keys = OFF");
  try {
    sqlite
      .transaction(() => {
        for (const { name, hash, statements } of missing) {
          for (const statement of statements) sqlite.run(statement);
          sqlite.run("INSERT INTO migrations (name, hash, applied_at) VALUES (?, ?, ?)", [name, hash, now]);
        }
        if (sqlite.query("PRAGMA foreign_key_check").all().length > 0) throw new Error("The migrations break foreign keys");
      })
      .immediate();
  } finally {
    sqlite.run("PRAGMA foreign_keys = ON");
  }
}
