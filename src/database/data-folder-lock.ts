import { Database as Sqlite } from "bun:sqlite";
import { join } from "node:path";
import { StartRefused } from "@/platform/app-error";

/**
 * One process per data folder. The lock is an open exclusive transaction on a small side database:
 * the kernel frees it when the process ends, however it ends, so there is nothing stale to clean up.
 */
export function lockDataFolder(folder: string): { release(): void } {
  const lock = new Sqlite(join(folder, "everruns.lock"), { create: true });
  try {
    lock.run("PRAGMA busy_timeout = 200");
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY"))) throw error;
    throw new StartRefused(
      `Another Everruns is running on the data folder ${folder}. Stop it first, or choose another folder with --data-dir.`,
      3,
    );
  }
  return { release: () => lock.close() };
}
