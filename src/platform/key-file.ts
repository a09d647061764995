import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { StartRefused } from "./app-error";
import { syncFolder } from "./sync-folder";

type KeyFile<Key> = {
  path: string;
  /** What the key is for, as in "…, the key of all kept secrets". */
  meaning: string;
  /** What the file must hold, in words. */
  form: string;
  /** Undefined for what is damaged. */
  parse(text: string): Key | undefined;
  /** The text of a new key. */
  make(): string;
  /** The variable that can hold the key instead. */
  variable: string;
  /** What is lost without the file, and what to do then. */
  loss: string;
};

/**
 * A key that is made once and kept in a file of the data folder, mode 0600. A file that others may read, or that is damaged, is refused
 * and never replaced. Throws `StartRefused`, which never repeats a key.
 */
export function createKeyFile<Key>({ path, meaning, form, parse, make, variable, loss }: KeyFile<Key>) {
  function read(): Key | undefined {
    const file = openIfThere();
    if (file === undefined) return undefined;
    try {
      const { mode } = fstatSync(file);
      if (process.platform !== "win32" && (mode & 0o077) !== 0) {
        throw new StartRefused(`Others may read ${path}, ${meaning}. Run: chmod 600 ${path}; or keep the key elsewhere, in ${variable}.`);
      }
      const key = parse(readFileSync(file, "utf8").trim());
      if (key !== undefined) return key;
      throw new StartRefused(`${path} is damaged: it must hold ${form}. Restore it from a backup. ${loss}`);
    } finally {
      closeSync(file);
    }
  }

  function openIfThere(): number | undefined {
    try {
      return openSync(path, "r");
    } catch (error) {
      if (isCode(error, "ENOENT")) return undefined;
      throw new StartRefused(`${path}, ${meaning}, cannot be read: ${(error as Error).message}`);
    }
  }

  function writeAside(text: string): string {
    const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
    writeDurably(temporary, `${text}\n`);
    return temporary;
  }

  return {
    /** Undefined when there is no file. */
    read,

    // The key is whole and on the disk before it has its name, and a link never replaces: of two starts at once both use the first one's key.
    readOrMake(): Key {
      const known = read();
      if (known !== undefined) return known;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = writeAside(make());
      try {
        linkSync(temporary, path);
      } catch (error) {
        if (!isCode(error, "EEXIST"))
          throw new StartRefused(`${path} cannot be made: ${(error as Error).message}. Set ${variable} to ${form}`);
      } finally {
        unlinkSync(temporary);
      }
      syncFolder(dirname(path));
      const kept = read();
      if (kept === undefined) throw new StartRefused(`${path}, ${meaning}, disappeared while it was made. Start again.`);
      return kept;
    },

    /** Puts another key in the place of the one before, durably: at any moment the file holds one of them whole. */
    replace(text: string): void {
      renameSync(writeAside(text), path);
      syncFolder(dirname(path));
    },

    remove(): void {
      rmSync(path, { force: true });
      syncFolder(dirname(path));
    },
  };
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;
