import { join } from "node:path";
import { createServerProcess, type ServerProcess } from "./server-process";

export const ledgerPath = (folder: string): string => join(folder, "ledger.txt");

const SOURCE_SERVER = [process.execPath, "run", join(import.meta.dir, "server-under-test.ts")];

/** The server with tools whose effects stand in a file outside. */
export const createLedgerServer = (folder: string): ServerProcess =>
  createServerProcess({ folder, command: SOURCE_SERVER, env: { LEDGER: ledgerPath(folder) } });

/** The server, but what it says is durable is not so yet: it commits late. */
export const createLateServer = (folder: string): ServerProcess =>
  createServerProcess({ folder, command: SOURCE_SERVER, env: { COMMITS_LATE: "1" } });
