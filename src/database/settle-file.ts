import { renameSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder, syncPath } from "@/platform/sync-folder";

/** Makes the bytes and then the name durable: after a power cut there is the whole file or none. */
export function settle(unfinished: string, name: string): void {
  syncPath(unfinished);
  renameSync(unfinished, name);
  syncFolder(dirname(name));
}
