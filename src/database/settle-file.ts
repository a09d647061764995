import { closeSync, fsyncSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";

/** Makes the bytes and then the name durable: after a power cut there is the whole file or none. */
export function settle(unfinished: string, name: string): void {
  sync(unfinished);
  renameSync(unfinished, name);
  sync(dirname(name));
}

function sync(path: string): void {
  const file = openSync(path, "r");
  fsyncSync(file);
  closeSync(file);
}
