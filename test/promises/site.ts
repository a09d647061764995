import { Database as Sqlite } from "bun:sqlite";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServerProcess, type ServerProcess } from "../durability/server-process";
import { type Client, createClient } from "../support/client";

export type Talk = { id: string; path: string };

/** The executable on a folder of its own that goes away in the end. */
export type Site = { folder: string; dataDir: string; database: string; server: ServerProcess; [Symbol.asyncDispose](): Promise<void> };

export async function createSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "everruns-promises-"));
  const server = createServerProcess({ folder });
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
  const sessions = Math.ceil((megabytes * 1e6) / (EVENT_BYTES + 250) / EVENTS_A_SESSION);
  sqlite.run(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${sessions})
     INSERT INTO sessions SELECT 'copy-' || n, agent_id, owner_id, 'Copy ' || n, tags, model_id, 'pending', usage, cost_usd, ${EVENTS_A_SESSION + 1}, 0, created_at - n, updated_at - n, NULL, NULL
     FROM (SELECT * FROM sessions LIMIT 1), numbers`,
  );
  addEvents(sqlite, "id LIKE 'copy-%'", EVENTS_A_SESSION);
  sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** Makes the log of one session long, in the database of a stopped server. */
export function lengthen(database: string, sessionId: string, events: number): void {
  using sqlite = new Sqlite(database);
  sqlite.run("PRAGMA synchronous = OFF");
  sqlite.run("DELETE FROM events WHERE session_id = ?", [sessionId]);
  sqlite.run("UPDATE sessions SET next_sequence = ? WHERE id = ?", [events + 1, sessionId]);
  addEvents(sqlite, `id = '${sessionId}'`, events);
}

function addEvents(sqlite: Sqlite, which: string, events: number): void {
  sqlite.run(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${events})
     INSERT INTO events SELECT id, n, id || '-' || n, NULL, 'session.updated', printf('{"title":"%.*c"}', ${EVENT_BYTES}, 'x'), created_at
     FROM sessions, numbers WHERE ${which}`,
  );
}
