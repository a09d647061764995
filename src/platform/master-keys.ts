import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { StartRefused } from "./app-error";
import { createKeyFile } from "./key-file";

/** 32 bytes for AES-256, and the name under which sealed texts refer to them. */
export type MasterKey = { id: string; key: Buffer };

type Environment = Record<string, string | undefined>;

/**
 * The keys that secrets are sealed with: `SECRETS_ENCRYPTION_KEY` and `SECRETS_ENCRYPTION_KEY_PREVIOUS`, each `<key_id>:<base64 of 32 bytes>`,
 * else one that is made once and kept in `<dataDir>/secrets.key`, mode 0600. Once the variable is set, a key file that is still there
 * serves as the previous key, so that turning to the variable loses nothing. Throws `StartRefused`, which never repeats a key.
 */
export function loadMasterKeys(dataDir: string, env: Environment): { current: MasterKey; previous?: MasterKey | undefined } {
  const file = keyFileIn(dataDir);
  const fromEnvironment = fromVariable("SECRETS_ENCRYPTION_KEY", env);
  const previous = fromVariable("SECRETS_ENCRYPTION_KEY_PREVIOUS", env);
  const current = fromEnvironment ?? file.readOrMake();
  const older = previous ?? (fromEnvironment ? file.read() : undefined);
  if (!older) return { current };
  if (older.id === current.id && !older.key.equals(current.key)) {
    throw new StartRefused(`Two different keys for secrets are named "${current.id}": give the new one another name.`);
  }
  return older.id === current.id ? { current } : { current, previous: older };
}

const KEY_BYTES = 32;
const FORM = '<key_id>:<base64 of 32 bytes>, for example made with: echo "main:$(openssl rand -base64 32)"';

const keyFileIn = (dataDir: string) =>
  createKeyFile({
    path: join(dataDir, "secrets.key"),
    meaning: "the key of all kept secrets",
    form: FORM,
    parse: parseMasterKey,
    make: () => `k${randomBytes(4).toString("hex")}:${randomBytes(KEY_BYTES).toString("base64")}`,
    variable: "SECRETS_ENCRYPTION_KEY",
    loss: "Without it kept secrets are lost: then remove the file and enter them again.",
  });

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
