import { accessSync, constants, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { StartRefused } from "@/platform/app-error";
import { syncFolder } from "@/platform/sync-folder";

/** The folder of everything that is kept, for its owner alone; made when it is not there. Throws `StartRefused`. */
export function makeDataFolder(folder: string): void {
  try {
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Else a power cut could take the folder itself, with all that is durable in it.
    if (made !== undefined) syncFolder(dirname(made));
    accessSync(folder, constants.W_OK);
  } catch {
    throw new StartRefused(`The data folder ${folder} can't be made or written to. Choose another with --data-dir.`);
  }
}
