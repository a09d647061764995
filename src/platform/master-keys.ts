import { randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { StartRefused } from "./app-error";

/** 32 bytes for AES-256, and the name under which sealed texts refer to them. */
export type MasterKey = { id: string; key: Buffer };

type Environment = Record<string, string | undefined>;

/**
 * The keys that secrets are sealed with: `SECRETS_ENCRYPTION_KEY` and `SECRETS_ENCRYPTION_KEY_PREVIOUS`, each `<key_id>:<base64 of 32 bytes>`,
 * else one that is made once and kept in `<dataDir>/secrets.key`, mode 0600. Once the variable is set, a key file that is still there
 * serves as the previous key, so that turning to the variable loses nothing. Throws `StartRefused`, which never repeats a key.
 */
export function loadMasterKeys(dataDir: string, env: Environment): { current: MasterKey; previous?: MasterKey | undefined } {
  const path = join(dataDir, "secrets.key");
  const fromEnvironment = fromVariable("SECRETS_ENCRYPTION_KEY", env);
  const previous = fromVariable("SECRETS_ENCRYPTION_KEY_PREVIOUS", env);
  const current = fromEnvironment ?? readKeyFile(path) ?? makeKeyFile(dataDir, path);
  const older = previous ?? (fromEnvironment ? readKeyFile(path) : undefined);
  if (!older) return { current };
  if (older.id === current.id && !older.key.equals(current.key)) {
    throw new StartRefused(`Two different keys for secrets are named "${current.id}": give the new one another name.`);
  }
  return older.id === current.id ? { current } : { current, previous: older };
}

const KEY_BYTES = 32;
const FORM = '<key_id>:<base64 of 32 bytes>, for example made with: echo "main:$(openssl rand -base64 32)"';

function fromVariable(name: string, env: Environment): MasterKey | undefined {
  const text = env[name]?.trim();
  if (!text) return undefined;
  const key = parseMasterKey(text);
  if (!key) throw new StartRefused(`${name} is malformed. It must be ${FORM}`);
  return key;
}

function parseMasterKey(text: string): MasterKey | undefined {
  const [, id, encoded] = /^([A-Za-z0-9_-]{1,64}):([A-Za-z0-9+/_-]{43}=?)$/.exec(text) ?? [];
  if (!id || !encoded) return undefined;
  const key = Buffer.from(encoded, "base64");
  return key.length === KEY_BYTES ? { id, key } : undefined;
}

function readKeyFile(path: string): MasterKey | undefined {
  const file = openIfThere(path);
  if (file === undefined) return undefined;
  try {
    const { mode } = fstatSync(file);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new StartRefused(
        `Others may read ${path}, the key of all kept secrets. Run: chmod 600 ${path}; or keep the key elsewhere, in SECRETS_ENCRYPTION_KEY.`,
      );
    }
    const key = parseMasterKey(readFileSync(file, "utf8").trim());
    if (key) return key;
    throw new StartRefused(
      `${path} is damaged: it must hold ${FORM}. Restore it from a backup. Without it kept secrets are lost: then remove the file and enter them again.`,
    );
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw new StartRefused(`${path}, the key of all kept secrets, cannot be read: ${(error as Error).message}`);
  }
}

// The key is whole and on the disk before it has its name, and a link never replaces: of two starts at once both use the first one's key.
function makeKeyFile(dataDir: string, path: string): MasterKey {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  writeDurably(temporary, `k${randomBytes(4).toString("hex")}:${randomBytes(KEY_BYTES).toString("base64")}\n`);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!isCode(error, "EEXIST"))
      throw new StartRefused(`${path} cannot be made: ${(error as Error).message}. Set SECRETS_ENCRYPTION_KEY to ${FORM}`);
  } finally {
    unlinkSync(temporary);
  }
  syncFolder(dataDir);
  const kept = readKeyFile(path);
  if (!kept) throw new StartRefused(`${path}, the key of all kept secrets, disappeared while it was made. Start again.`);
  return kept;
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

// Windows has no way to sync a folder; its file systems keep names in order by themselves.
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;
