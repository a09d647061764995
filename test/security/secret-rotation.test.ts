import { Database as Sqlite } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@/database/open-database";
import { reseal } from "@/database/reseal";
import type { LlmProvider } from "@/domain/llm-provider";
import { beginKeyRotation } from "@/platform/master-keys";
import { createSecretBox, loadMasterKeys } from "@/platform/secrets";
import { sealedColumns } from "@/sealed-columns";
import { fakeProvider } from "../support/fake-provider";
import { testApp } from "../support/test-app";

const CANARY = "sk-canary-key-of-a-provider-0123456789";
const main = join(import.meta.dir, "../../src/main.ts");

let dataDir: string;
let providerId: string;
let newApiKey: unknown;
const ONCE = { "idempotency-key": "once" };
const NEW_KEY = { name: "kept sealed for a day" };

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "everruns-rotation-"));
  const app = await testApp({ dataDir });
  const provider = { name: "Sealed", provider_type: "custom", base_url: "http://127.0.0.1:1/v1", api_key: CANARY };
  providerId = (await app.post<LlmProvider>("/v1/llm-providers", provider)).body.id;
  await app.post("/v1/mcp-servers", { name: "sealed", url: "http://127.0.0.1:1/mcp", headers: { authorization: "Bearer canary" } });
  newApiKey = (await app.post("/v1/auth/api-keys", NEW_KEY, ONCE)).body;
  await app.stop();
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const file = (name: string) => join(dataDir, name);
const keyId = (): string => readFileSync(file("secrets.key"), "utf8").split(":")[0]!;
const rotateProcess = (env: Record<string, string> = {}) =>
  Bun.spawn([process.execPath, "run", main, "secrets", "rotate", "--data-dir", dataDir], { stdout: "pipe", stderr: "pipe", env });

async function rotate(env: Record<string, string> = {}): Promise<{ code: number; said: string }> {
  const child = rotateProcess(env);
  const [code, said] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  return { code, said };
}

function sealedKey(): string {
  const database = new Sqlite(file("everruns.db"), { readonly: true });
  const row = database.query<{ api_key: string }, [string]>("select api_key from llm_providers where id = ?").get(providerId);
  database.close();
  return row!.api_key;
}

const opens = (env: Record<string, string> = {}): string =>
  createSecretBox(loadMasterKeys(dataDir, env)).open(sealedKey(), `llm_providers/${providerId}/api_key`).reveal();

const keyFiles = () => readdirSync(dataDir).filter((name) => name.startsWith("secrets"));

test("a rotation seals every secret with a new key and leaves the old one nowhere", async () => {
  const before = keyId();
  const { code, said } = await rotate();
  expect([code, said]).toEqual([0, expect.stringContaining("Sealed 3 secrets")]);
  expect(said).not.toContain(CANARY);

  expect(keyId()).not.toBe(before);
  expect(keyFiles()).toEqual(["secrets.key"]);
  expect(statSync(file("secrets.key")).mode & 0o777).toBe(0o600);
  expect(sealedKey()).toStartWith(`v1.${keyId()}.`);
  expect(opens()).toBe(CANARY);

  await using app = await testApp({ dataDir });
  await using provider = fakeProvider(() => Response.json({ data: [] }));
  const again = await app.post("/v1/auth/api-keys", NEW_KEY, ONCE);
  expect([again.body, again.headers.get("idempotent-replayed")]).toEqual([newApiKey, "true"]);
  expect((await app.get<LlmProvider>(`/v1/llm-providers/${providerId}`)).body.api_key_set).toBe(true);
  await app.call("PATCH", `/v1/llm-providers/${providerId}`, { base_url: provider.url, api_key: CANARY });
  await app.post(`/v1/llm-providers/${providerId}/test`, undefined);
  expect(provider.asked[0]!.headers.get("authorization")).toBe(`Bearer ${CANARY}`);
});

test("a rotation while the server runs is refused and changes nothing", async () => {
  await using _ = await testApp({ dataDir });
  const before = [keyId(), sealedKey()];
  const { code, said } = await rotate();
  expect([code, said]).toEqual([3, expect.stringContaining("Another Everruns is running")]);
  expect([keyId(), sealedKey()]).toEqual(before);
  expect(keyFiles()).toEqual(["secrets.key"]);
});

/** What a kill leaves behind, in the order of the steps. */
const KILLED: Record<string, () => unknown> = {
  "after the old key was set aside": () => copyFileSync(file("secrets.key"), file("secrets.key.previous")),
  "after the new key was put in its place": () => beginKeyRotation(dataDir),
  "after everything was sealed anew": async () => {
    beginKeyRotation(dataDir);
    const db = openDatabase(file("everruns.db"), Date.now());
    await reseal(db, createSecretBox(loadMasterKeys(dataDir, {})), sealedColumns(db.tables));
    db.close();
  },
};

test.each(Object.keys(KILLED))("killed %s, the next rotation finishes it", async (when) => {
  await KILLED[when]!();
  expect(opens()).toBe(CANARY);
  expect((await rotate()).code).toBe(0);
  expect([opens(), keyFiles()]).toEqual([CANARY, ["secrets.key"]]);
  expect(sealedKey()).toStartWith(`v1.${keyId()}.`);
});

test.each(Object.keys(KILLED))("killed %s, the server finishes it at its start", async (when) => {
  await KILLED[when]!();
  const app = await testApp({ dataDir });
  await app.stop();
  expect(opens()).toBe(CANARY);
  expect(sealedKey()).toStartWith(`v1.${keyId()}.`);
  expect((await rotate()).code).toBe(0);
  expect([opens(), keyFiles()]).toEqual([CANARY, ["secrets.key"]]);
});

test("killed at any moment, it loses nothing", async () => {
  const begun = performance.now();
  await rotate();
  const wholeMs = performance.now() - begun;
  for (let kill = 1; kill <= 10; kill++) {
    const child = rotateProcess();
    await Promise.race([child.exited, Bun.sleep(wholeMs * (0.5 + kill / 20))]);
    child.kill("SIGKILL");
    await child.exited;
    expect(opens()).toBe(CANARY);
  }
  expect((await rotate()).code).toBe(0);
  expect([opens(), keyFiles()]).toEqual([CANARY, ["secrets.key"]]);
}, 20_000);

test("a key from the environment is rotated by a start with both, and then the old one may go", async () => {
  const key = (id: string) => `${id}:${Buffer.alloc(32, id).toString("base64")}`;
  const start = async (env: Record<string, string>) => (await testApp({ dataDir, env })).stop();
  await start({ SECRETS_ENCRYPTION_KEY: key("first") });
  expect(sealedKey()).toStartWith("v1.first.");
  await start({ SECRETS_ENCRYPTION_KEY: key("second"), SECRETS_ENCRYPTION_KEY_PREVIOUS: key("first") });
  expect(sealedKey()).toStartWith("v1.second.");
  expect(opens({ SECRETS_ENCRYPTION_KEY: key("second") })).toBe(CANARY);

  const { code, said } = await rotate({ SECRETS_ENCRYPTION_KEY: key("second") });
  expect([code, said]).toEqual([78, expect.stringContaining("SECRETS_ENCRYPTION_KEY_PREVIOUS")]);
  expect(said).not.toContain(key("second").slice(7));
});

test("what no key opens is left as it was, and said", async () => {
  rmSync(file("secrets.key"));
  const before = sealedKey();
  const { code, said } = await rotate();
  expect([code, said]).toEqual([0, expect.stringContaining("3 could not be opened")]);
  expect(sealedKey()).toBe(before);
});

test("a folder without a database is refused, and no key is made in it", async () => {
  const empty = mkdtempSync(join(tmpdir(), "everruns-rotation-"));
  const child = Bun.spawn([process.execPath, "run", main, "secrets", "rotate", "--data-dir", empty], { stderr: "pipe", env: {} });
  expect([await child.exited, readdirSync(empty)]).toEqual([78, []]);
  rmSync(empty, { recursive: true });
});
