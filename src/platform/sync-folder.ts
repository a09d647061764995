import { closeSync, fsyncSync, openSync } from "node:fs";

/**
 * Makes the names in a folder durable: what was made, renamed or removed in it stays so after a power cut.
 * Windows has no way to sync a folder; its file systems keep names in order by themselves.
 */
export function syncFolder(path: string): void {
  if (process.platform !== "win32") syncPath(path);
}

/** Makes what a file holds durable. */
export function syncPath(path: string): void {
  const file = openSync(path, process.platform === "win32" ? "r+" : "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
