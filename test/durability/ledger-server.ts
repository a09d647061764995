import { join } from "node:path";
import { createServerProcess, type ServerProcess } from "./server-process";

export const ledgerPath = (folder: string): string => join(folder, "ledger.txt");

/** The server with tools whose effects stand in a ledger outside. `broken` names a promise that it breaks on purpose. */
export const createLedgerServer = (folder: string, broken: string | null): ServerProcess =>
  createServerProcess({
    folder,
    command: [process.execPath, "run", join(import.meta.dir, "server-under-test.ts")],
    env: { LEDGER: ledgerPath(folder), ...(broken === null ? {} : { BROKEN: broken }) },
  });
