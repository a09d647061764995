import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { inspect } from "node:util";
import type { MasterKey } from "./master-keys";

export { loadMasterKeys, type MasterKey } from "./master-keys";

const HIDDEN = "[redacted]";

/** Text that no log, answer, error or template shows by accident: it prints as `[redacted]`, and only `reveal` gives it away. */
export class Secret {
  readonly #plain: string;

  constructor(plain: string) {
    this.#plain = plain;
  }

  reveal(): string {
    return this.#plain;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** A kept secret cannot be opened: its key is missing, or it was changed or moved. The message holds no secret and may be shown. */
export class SecretUnreadable extends Error {
  override readonly name = "SecretUnreadable";
}

export type SecretBox = {
  /** `context` says where the secret is kept, such as `llm_providers/<id>/api_key`: it opens there and nowhere else. */
  seal(plain: string, context: string): string;
  /** Throws `SecretUnreadable`. */
  open(sealed: string, context: string): Secret;
  /** False for what a previous key sealed: open it and seal it again. */
  isCurrent(sealed: string): boolean;
};

/**
 * Seals with AES-256-GCM under `current`, opens under `current` and each of `previous`.
 *
 * Sealed is `v1.<key id>.<wrapped data key>.<ciphertext>`, both parts base64url of a 12-byte nonce, the bytes and a 16-byte tag.
 * Each secret has a data key of its own, used once, so no number of secrets wears a master key's nonces out and the master key could
 * move to a key service without a new format. Version, key id and context are bound to both parts as associated data.
 */
export function createSecretBox({ current, previous = [] }: { current: MasterKey; previous?: readonly MasterKey[] }): SecretBox {
  const keys = [current, ...previous];

  return {
    seal(plain, context) {
      const dataKey = randomBytes(KEY_BYTES);
      const wrapped = encrypt(current.key, dataKey, boundTo("key", current.id, context));
      const body = encrypt(dataKey, Buffer.from(plain, "utf8"), boundTo("secret", current.id, context));
      dataKey.fill(0);
      return [VERSION, current.id, wrapped.toString("base64url"), body.toString("base64url")].join(".");
    },

    open(sealed, context) {
      const { keyId, wrapped, body } = parse(sealed);
      const master = keys.find((key) => key.id === keyId);
      if (!master) throw new SecretUnreadable(`A secret was sealed with the key "${keyId}", which this server does not have.`);
      const dataKey = decrypt(master.key, wrapped, boundTo("key", keyId, context));
      const plain = dataKey && decrypt(dataKey, body, boundTo("secret", keyId, context));
      if (!plain)
        throw new SecretUnreadable(
          `A secret sealed with the key "${keyId}" cannot be opened: it or its place was changed, or the key is another one.`,
        );
      return new Secret(plain.toString("utf8"));
    },

    isCurrent: (sealed) => sealed.startsWith(`${VERSION}.${current.id}.`),
  };
}

const VERSION = "v1";
const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([\w-]{1,64})\.([\w-]+)\.([\w-]+)$/;

// JSON keeps the parts apart: no two lists of parts are written alike.
const boundTo = (part: "key" | "secret", keyId: string, context: string) =>
  Buffer.from(JSON.stringify([VERSION, part, keyId, context]), "utf8");

function parse(sealed: string): { keyId: string; wrapped: Buffer; body: Buffer } {
  const [, keyId, wrapped, body] = SEALED.exec(sealed) ?? [];
  if (!keyId || !wrapped || !body) throw new SecretUnreadable("A kept secret is not in a form that this version knows.");
  return { keyId, wrapped: fromBase64Url(wrapped), body: fromBase64Url(body) };
}

// Strict: the spare bits at the end of a base64 text would let two texts stand for the same bytes.
function fromBase64Url(text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw new SecretUnreadable("A kept secret was changed.");
  return bytes;
}

function encrypt(key: Buffer, plain: Buffer, bound: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, bound: Buffer): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(bound)
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
