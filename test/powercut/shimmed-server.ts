import { rmSync } from "node:fs";
import { join } from "node:path";
import { createServerProcess, type ServerProcess } from "../durability/server-process";

/** So long an fsync takes: on a fast disk hardly a cut would fall between a write and its fsync. Microseconds. */
const FSYNC_MICROSECONDS = 5000;

type Options = { folder: string; shim: string; liesAboutFsync: boolean };

export const undoLogPath = (folder: string): string => join(folder, "undo.log");

/** The server as users start it, with the shim between it and its files. Every start begins a new undo log. */
export function createShimmedServer({ folder, shim, liesAboutFsync }: Options): ServerProcess {
  const server = createServerProcess({
    folder,
    env: {
      LD_PRELOAD: shim,
      UNSYNCED_FOLDER: join(folder, "data"),
      UNSYNCED_LOG: undoLogPath(folder),
      UNSYNCED_SLOWNESS: String(FSYNC_MICROSECONDS),
      ...(liesAboutFsync ? { UNSYNCED_LIES: "1" } : {}),
    },
  });
  const begin = () => {
    rmSync(undoLogPath(folder), { force: true });
    return server.begin();
  };
  return { ...server, begin, start: () => begin().ready };
}
