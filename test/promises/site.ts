import { Database as Sqlite } from "bun:sqlite";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServerProcess, type ServerProcess } from "../durability/server-process";
import { type Client, createClient } from "../support/client";
import { copySessions, replaceEvents } from "../support/many-rows";

export type Talk = { id: string; path: string };

/** The executable on a folder of its own that goes away in the end. */
export type Site = { folder: string; dataDir: string; database: string; server: ServerProcess; [Symbol.asyncDispose](): Promise<void> };

export async function createSite(env: Readonly<Record<string, string>> = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "everruns-promises-"));
  const server = createServerProcess({ folder, env });
  await server.start();
  return {
    folder,
    dataDir: join(folder, "data"),
    database: join(folder, "data/everruns.db"),
    server,
    async [Symbol.asyncDispose]() {
      await server.kill();
      server[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const clientOf = async ({ server }: Site): Promise<Client> => createClient(await server.url());

export const simulate = (...steps: unknown[]): string => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;

export const sizeMb = (path: string): number => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 1e6;

const EVENT_BYTES = 1000;
const EVENTS_A_SESSION = 50;

/** Fills the database of a stopped server up to about so many megabytes, with copies of a session that has events of a usual size. */
export function fill(database: string, megabytes: number): void {
  using sqlite = new Sqlite(database);
  sqlite.run("PRAGMA synchronous = OFF");
  copySessions(sqlite, Math.ceil((megabytes * 1e6) / (EVENT_BYTES + 250) / EVENTS_A_SESSION), EVENTS_A_SESSION, EVENT_BYTES);
  sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** Makes the log of one session long, in the database of a stopped server. */
export function lengthen(database: string, sessionId: string, events: number): void {
  using sqlite = new Sqlite(database);
  sqlite.run("PRAGMA synchronous = OFF");
  replaceEvents(sqlite, sessionId, events, EVENT_BYTES);
}
