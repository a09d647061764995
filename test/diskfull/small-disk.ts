import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createServerProcess, type ServerProcess } from "../durability/server-process";
import { compileShim } from "../support/shim";

export type SmallDisk = ServerProcess & {
  /** From now on the files of the data folder may grow by so many bytes. */
  leave(bytes: number): void;
  left(): number;
};

export const PLENTY_BYTES = 2 ** 40;

/** The executable on a data folder whose room is the test's to say: plenty, at first. */
export function createServerOnSmallDisk(folder: string, { isBroken = false } = {}): SmallDisk {
  const roomPath = join(folder, "room");
  const file = openSync(roomPath, "w+");
  const number = Buffer.alloc(8);
  const leave = (bytes: number) => {
    number.writeBigInt64LE(BigInt(bytes));
    writeSync(file, number, 0, 8, 0);
  };
  leave(PLENTY_BYTES);
  const server = createServerProcess({
    folder,
    env: {
      LD_PRELOAD: compileShim(join(import.meta.dir, "full.c"), folder),
      FULL_FOLDER: join(folder, "data"),
      FULL_ROOM: roomPath,
      ...(isBroken ? { FULL_LIES: "1" } : {}),
    },
  });
  return {
    ...server,
    leave,
    left() {
      readSync(file, number, 0, 8, 0);
      return Number(number.readBigInt64LE());
    },
    [Symbol.dispose]() {
      closeSync(file);
      server[Symbol.dispose]();
    },
  };
}
