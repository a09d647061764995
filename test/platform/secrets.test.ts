import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, inspect } from "node:util";
import { StartRefused } from "@/platform/app-error";
import { createSecretBox, loadMasterKeys, type MasterKey, Secret, SecretUnreadable } from "@/platform/secrets";

const PLAIN = "sk-very-secret-äöü-🔑";
const CONTEXT = "llm_providers/0197/api_key";
const keyNamed = (id: string): MasterKey => ({ id, key: randomBytes(32) });
const variable = ({ id, key }: MasterKey) => `${id}:${key.toString("base64")}`;

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}

describe("a Secret prints as [redacted]", () => {
  const secret = new Secret(PLAIN);
  const ways: [string, () => string][] = [
    ["String", () => String(secret)],
    ["a template", () => `${secret}`],
    // biome-ignore lint/style/useTemplate: joining is what is tested
    ["joining", () => "" + secret],
    ["an array's join", () => [secret].join()],
    ["JSON", () => JSON.stringify({ secret })],
    ["util.inspect", () => inspect({ secret }, { showHidden: true, depth: 9 })],
    ["util.format", () => format("%s %o %O %j", secret, secret, secret, secret)],
    ["Bun.inspect", () => Bun.inspect({ nested: { secret } }, { depth: 9 })],
    ["an error", () => Bun.inspect(new Error(`no ${secret}`, { cause: { secret } }))],
  ];
  test.each(ways)("by %s", (_, print) => {
    expect(print()).toContain("[redacted]");
    expect(print()).not.toContain("sk-very");
  });

  test("has no fields to copy, and reveals itself when asked", () => {
    expect(JSON.stringify({ ...secret })).toBe("{}");
    expect(Object.getOwnPropertyNames(secret)).toEqual([]);
    expect(secret.reveal()).toBe(PLAIN);
  });
});

describe("a secret box", () => {
  const current = keyNamed("k2");
  const previous = keyNamed("k1");
  const box = createSecretBox({ current, previous: [previous] });

  test.each([PLAIN, "", "x".repeat(10_000), "a\u0000b"])("opens what it sealed (%#)", (plain) => {
    const opened = box.open(box.seal(plain, CONTEXT), CONTEXT);
    expect(opened).toBeInstanceOf(Secret);
    expect(opened.reveal()).toBe(plain);
  });

  test("names version and key, holds no plain text, and never seals alike", () => {
    const sealed = box.seal(PLAIN, CONTEXT);
    expect(sealed).toMatch(/^v1\.k2\.[\w-]+\.[\w-]+$/);
    expect(Buffer.from(sealed.split(".")[3]!, "base64url").includes(Buffer.from(PLAIN))).toBe(false);
    expect(box.seal(PLAIN, CONTEXT)).not.toBe(sealed);
  });

  test("a change of any character keeps it shut", () => {
    const sealed = box.seal("short", CONTEXT);
    for (let place = 0; place < sealed.length; place++) {
      for (const other of ["A", "B", "1", "2", "-", ".", "é", ""]) {
        const changed = sealed.slice(0, place) + other + sealed.slice(place + 1);
        if (changed !== sealed) expect(() => box.open(changed, CONTEXT)).toThrow(SecretUnreadable);
      }
    }
  });

  test("a change of any bit keeps it shut", () => {
    const [version, keyId, ...parts] = box.seal("short", CONTEXT).split(".");
    for (const [index, part] of parts.entries()) {
      const bytes = Buffer.from(part, "base64url");
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const sealed = [version, keyId, ...parts.with(index, changed.toString("base64url"))].join(".");
        expect(() => box.open(sealed, CONTEXT)).toThrow(SecretUnreadable);
      }
    }
  });

  test("parts of two secrets do not fit together", () => {
    const [one, other] = [box.seal("one", CONTEXT).split("."), box.seal("other", CONTEXT).split(".")];
    expect(() => box.open([...one.slice(0, 3), other[3]].join("."), CONTEXT)).toThrow(SecretUnreadable);
  });

  test.each(["", "llm_providers/0198/api_key", `${CONTEXT} `, CONTEXT.toUpperCase()])("does not open in another place: %p", (context) => {
    expect(() => box.open(box.seal(PLAIN, CONTEXT), context)).toThrow(SecretUnreadable);
  });

  test.each(["", "v1", "v1.k2", "v1.k2..", "v1.k2.AA.AA", "v2.k2.AAAA.AAAA", "v1.k2.AAAA.AAAA.AAAA", PLAIN])(
    "refuses what it never sealed: %p",
    (text) => {
      expect(() => box.open(text, CONTEXT)).toThrow(SecretUnreadable);
    },
  );

  test("what the previous key sealed opens and asks to be sealed again", () => {
    const old = createSecretBox({ current: previous }).seal(PLAIN, CONTEXT);
    expect(box.open(old, CONTEXT).reveal()).toBe(PLAIN);
    expect(box.isCurrent(old)).toBe(false);
    expect(box.isCurrent(box.seal(PLAIN, CONTEXT))).toBe(true);
  });

  test("a missing key is named, and nothing secret is", () => {
    const sealed = createSecretBox({ current: keyNamed("lost") }).seal(PLAIN, CONTEXT);
    const error = thrownBy(() => box.open(sealed, CONTEXT));
    expect(error).toBeInstanceOf(SecretUnreadable);
    expect(error.message).toContain('"lost"');
    expect(Bun.inspect(error)).not.toContain(PLAIN);
    expect(error.message).not.toContain(sealed.split(".")[2]!);
  });

  test("another key of the same name does not open it", () => {
    const sealed = createSecretBox({ current: keyNamed("k2") }).seal(PLAIN, CONTEXT);
    expect(() => box.open(sealed, CONTEXT)).toThrow(SecretUnreadable);
  });
});

describe("loadMasterKeys", () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "secrets-"));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));
  const keyFile = () => join(dataDir, "secrets.key");

  test("takes both keys from the environment and keeps no file", () => {
    const [current, previous] = [keyNamed("k2"), keyNamed("k1")];
    const env = { SECRETS_ENCRYPTION_KEY: variable(current), SECRETS_ENCRYPTION_KEY_PREVIOUS: ` ${variable(previous)}\n` };
    expect(loadMasterKeys(dataDir, env)).toEqual({ current, previous: [previous] });
    expect(existsSync(keyFile())).toBe(false);
  });

  test("makes a key once, readable by its owner only, and leaves nothing else behind", () => {
    const made = loadMasterKeys(join(dataDir, "new"), {});
    expect(made.current.key.length).toBe(32);
    expect(made.previous).toEqual([]);
    expect(statSync(join(dataDir, "new/secrets.key")).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dataDir, "new"))).toEqual(["secrets.key"]);
    expect(loadMasterKeys(join(dataDir, "new"), {})).toEqual(made);
  });

  test("the mode does not depend on the umask", () => {
    const umask = process.umask(0);
    try {
      loadMasterKeys(dataDir, {});
    } finally {
      process.umask(umask);
    }
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  });

  test("processes that start at once end up with one key", async () => {
    const script = `import { loadMasterKeys } from "@/platform/secrets"; console.log(loadMasterKeys(process.argv[1], {}).current.key.toString("hex"));`;
    const starts = Array.from({ length: 6 }, () =>
      Bun.spawn([process.execPath, "-e", script, dataDir], { cwd: join(import.meta.dir, "../.."), stdout: "pipe" }),
    );
    const keys = await Promise.all(starts.map((start) => new Response(start.stdout).text()));
    expect(new Set(keys)).toEqual(new Set([`${loadMasterKeys(dataDir, {}).current.key.toString("hex")}\n`]));
    expect(readdirSync(dataDir)).toEqual(["secrets.key"]);
  });

  test("the key of the file opens old secrets once the variable is set", () => {
    const sealed = createSecretBox(loadMasterKeys(dataDir, {})).seal(PLAIN, CONTEXT);
    const box = createSecretBox(loadMasterKeys(dataDir, { SECRETS_ENCRYPTION_KEY: variable(keyNamed("k9")) }));
    expect(box.open(sealed, CONTEXT).reveal()).toBe(PLAIN);
    expect(box.isCurrent(sealed)).toBe(false);
  });

  test.each(["SECRETS_ENCRYPTION_KEY", "SECRETS_ENCRYPTION_KEY_PREVIOUS"])(
    "a malformed %s refuses to start and is not repeated",
    (name) => {
      const encoded = randomBytes(32).toString("base64");
      for (const value of [
        encoded,
        `:${encoded}`,
        "k1:",
        "k1:c2hvcnQ=",
        `k.1:${encoded}`,
        `k1:${encoded}${encoded}`,
        `k1:${encoded.slice(0, 42)}!=`,
      ]) {
        const error = thrownBy(() => loadMasterKeys(dataDir, { [name]: value }));
        expect(error).toBeInstanceOf(StartRefused);
        expect(error.message).toContain(name);
        expect(error.message).not.toContain(value);
        expect(error.message).not.toContain(encoded.slice(0, 10));
      }
    },
  );

  test("two different keys of one name refuse to start, one key given twice does not", () => {
    const key = keyNamed("k1");
    const SECRETS_ENCRYPTION_KEY = variable(key);
    const twins = { SECRETS_ENCRYPTION_KEY, SECRETS_ENCRYPTION_KEY_PREVIOUS: variable(keyNamed("k1")) };
    expect(thrownBy(() => loadMasterKeys(dataDir, twins)).message).toContain('"k1"');
    expect(loadMasterKeys(dataDir, { SECRETS_ENCRYPTION_KEY, SECRETS_ENCRYPTION_KEY_PREVIOUS: SECRETS_ENCRYPTION_KEY })).toEqual({
      current: key,
      previous: [],
    });
  });

  test.each([0o640, 0o604, 0o620])("a key file of mode %o refuses to start and says how to close it", (mode) => {
    loadMasterKeys(dataDir, {});
    chmodSync(keyFile(), mode);
    expect(thrownBy(() => loadMasterKeys(dataDir, {})).message).toContain(`chmod 600 ${keyFile()}`);
  });

  test.each(["", "k1:half", "garbage"])("a damaged key file is refused and never replaced: %p", (text) => {
    writeFileSync(keyFile(), text, { mode: 0o600 });
    const error = thrownBy(() => loadMasterKeys(dataDir, {}));
    expect(error).toBeInstanceOf(StartRefused);
    expect(error.message).toContain("damaged");
    if (text) expect(error.message).not.toContain(text);
    expect(readFileSync(keyFile(), "utf8")).toBe(text);
  });
});
