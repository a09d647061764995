import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** What a server that runs leaves in its data folder, so that commands on this machine find it. */
const RunningServer = z.object({ url: z.string(), pid: z.int(), version: z.string() });
export type RunningServer = z.infer<typeof RunningServer>;

const fileIn = (dataDir: string): string => join(dataDir, "run.json");

/** A disk that has no room for it stops no server: commands then need `--url`. */
export function tellRunning(dataDir: string, server: RunningServer): void {
  const aside = `${fileIn(dataDir)}.tmp`;
  try {
    writeFileSync(aside, `${JSON.stringify(server)}\n`, { mode: 0o600 });
    renameSync(aside, fileIn(dataDir));
  } catch {
    rmSync(aside, { force: true });
  }
}

export const tellStopped = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

/** Undefined where none was started. A server that was killed leaves its file behind: whoever asks it finds out. */
export function findRunning(dataDir: string): RunningServer | undefined {
  try {
    return RunningServer.parse(JSON.parse(readFileSync(fileIn(dataDir), "utf8")));
  } catch {
    return undefined;
  }
}
