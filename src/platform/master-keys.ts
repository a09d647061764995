import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { StartRefused } from "./app-error";
import { createKeyFile } from "./key-file";

/** 32 bytes for AES-256, and the name under which sealed texts refer to them. */
export type MasterKey = { id: string; key: Buffer };

type Environment = Record<string, string | undefined>;

/** Secrets are sealed with `current`; `previous` still open what they sealed. */
export type MasterKeys = { current: MasterKey; previous: readonly MasterKey[] };

/**
 * The keys that secrets are sealed with: `SECRETS_ENCRYPTION_KEY` and `SECRETS_ENCRYPTION_KEY_PREVIOUS`, each `<key_id>:<base64 of 32 bytes>`,
 * else one that is made once and kept in `<dataDir>/secrets.key`, mode 0600. Once the variable is set, a key file that is still there
 * serves as a previous key, so that turning to the variable loses nothing; so does `secrets.key.previous`, which an unfinished rotation
 * left. Throws `StartRefused`, which never repeats a key.
 */
export function loadMasterKeys(dataDir: string, env: Environment): MasterKeys {
  const file = keyFileIn(dataDir);
  const fromEnvironment = fromVariable("SECRETS_ENCRYPTION_KEY", env);
  const current = fromEnvironment ?? file.readOrMake();
  const older = [
    fromVariable("SECRETS_ENCRYPTION_KEY_PREVIOUS", env),
    fromEnvironment ? file.read() : undefined,
    previousFileIn(dataDir).read(),
  ].filter((key) => key !== undefined);

  const known = new Map([[current.id, current]]);
  for (const key of older) {
    if (known.has(key.id) && !known.get(key.id)!.key.equals(key.key))
      throw new StartRefused(`Two different keys for secrets are named "${key.id}": give the new one another name.`);
    known.set(key.id, known.get(key.id) ?? key);
  }
  known.delete(current.id);
  return { current, previous: [...known.values()] };
}

/**
 * Puts a new key into `secrets.key` and keeps the one before beside it, until `endKeyRotation`. After a kill at any point both keys
 * that may be needed are on the disk, and a second call finishes what the first began instead of making a third key.
 */
export function beginKeyRotation(dataDir: string): void {
  const file = keyFileIn(dataDir);
  const previousFile = previousFileIn(dataDir);
  const current = file.readOrMake();
  const previous = previousFile.read();
  if (previous && previous.id !== current.id) return;
  if (!previous) previousFile.replace(textOf(current));
  file.replace(newKeyText());
}

/** Lets the key before go, with what a killed rotation left of new ones: nothing may be sealed with it any more. */
export function endKeyRotation(dataDir: string): void {
  previousFileIn(dataDir).remove();
  for (const name of readdirSync(dataDir)) if (/^secrets\.key.*\.tmp$/.test(name)) rmSync(join(dataDir, name), { force: true });
}

const KEY_BYTES = 32;
const FORM = '<key_id>:<base64 of 32 bytes>, for example made with: echo "main:$(openssl rand -base64 32)"';

const keyFileIn = (dataDir: string, name = "secrets.key") =>
  createKeyFile({
    path: join(dataDir, name),
    meaning: "the key of all kept secrets",
    form: FORM,
    parse: parseMasterKey,
    make: newKeyText,
    variable: "SECRETS_ENCRYPTION_KEY",
    loss: "Without it kept secrets are lost: then remove the file and enter them again.",
  });

const previousFileIn = (dataDir: string) => keyFileIn(dataDir, "secrets.key.previous");

const newKeyText = (): string => `k${randomBytes(4).toString("hex")}:${randomBytes(KEY_BYTES).toString("base64")}`;

const textOf = ({ id, key }: MasterKey): string => `${id}:${key.toString("base64")}`;

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
