import type { Database as Sqlite } from "bun:sqlite";
import { rmSync } from "node:fs";

/**
 * A consistent copy of a database that may be in use, of which nothing is left when it fails: half a copy would only fill the disk.
 * Copying the database's files instead would tear them. Source: sqlite.org/lang_vacuum.html#vacuuminto
 */
export function copyInto(sqlite: Sqlite, unfinished: string): void {
  rmSync(unfinished, { force: true });
  try {
    sqlite.run("VACUUM INTO ?", [unfinished]);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
