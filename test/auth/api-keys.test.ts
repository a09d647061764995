import { afterAll, describe, expect, test } from "bun:test";
import type { ApiKey, NewApiKey } from "@/domain/api-key";
import { accountsApp } from "../support/accounts-app";
import { testApp } from "../support/test-app";

const app = await accountsApp();
afterAll(() => app[Symbol.asyncDispose]());
const admin = await app.register("admin");
const user = await app.register("user");

const by = (key: string) => ({ authorization: key });
const make = (key: string, fields: object) =>
  app.post<NewApiKey & { code: string }>("/v1/auth/api-keys", { name: "made", ...fields }, by(key));

test("a key is given as it is, or after ApiKey or Bearer, and not as a cookie", async () => {
  const { key } = await app.createKey(user);
  for (const given of [key, `ApiKey ${key}`, `Bearer ${key}`, `apikey ${key}`, `BEARER  ${key}`])
    expect([given, (await app.get("/api/auth/me", by(given))).body]).toEqual([given, expect.objectContaining({ id: user.id })]);
  expect((await app.get("/api/auth/me", { cookie: `access_token=${key}` })).status).toBe(401);
  for (const given of [key.slice(0, -1), `${key}0`, key.toUpperCase(), `Basic ${key}`, `${key} ${key}`, `Token ${key}`])
    expect([given, (await app.get("/api/auth/me", by(given))).status]).toEqual([given, 401]);
});

test("a deleted key stops at once, and nobody deletes another's", async () => {
  const made = await app.createKey(user);
  const remove = (headers: Record<string, string>) => app.call("DELETE", `/v1/auth/api-keys/${made.id}`, undefined, headers);
  expect((await remove(admin.bearer)).status).toBe(404);
  expect((await app.get("/v1/agents", by(made.key))).status).toBe(200);
  expect((await remove(by(made.key))).status).toBe(204);
  expect((await app.get("/v1/agents", by(made.key))).status).toBe(401);
});

describe("a key makes no wider key:", () => {
  test.each<[own: string[], wanted: string[], status: number]>([
    [["api-keys:write"], ["api-keys:write"], 201],
    [["api-keys:write"], ["api-keys:read"], 403],
    [["api-keys:write", "agents:read"], ["agents:read"], 201],
    [["api-keys:write", "agents:read"], ["agents:read", "agents:write"], 403],
    [["api-keys:write", "agents:read"], ["read"], 403],
    [["write"], ["write", "sessions:write"], 201],
    [["write"], ["agents:read"], 403],
    [["read", "write"], ["agents:read", "write"], 201],
    [["read", "write"], ["*"], 403],
    [["read", "write"], ["admin"], 403],
    [["*"], ["*"], 201],
    [["admin"], ["*"], 201],
  ])("%j makes %j", async (own, wanted, status) => {
    const { key } = await app.createKey(admin, { scopes: own });
    const answer = await make(key, { scopes: wanted });
    expect([answer.status, answer.body.code]).toEqual([status, status === 403 ? "wider_key" : undefined] as never);
  });

  test("without scopes it is everything that is asked for", async () => {
    const { key } = await app.createKey(admin, { scopes: ["read", "write"] });
    expect((await make(key, {})).status).toBe(403);
  });

  test("nor one that lives longer", async () => {
    const { key, expires_at } = await app.createKey(user, { expires_in_days: 10 });
    expect((await make(key, {})).status).toBe(403);
    expect((await make(key, { expires_in_days: 11 })).status).toBe(403);
    const made = await make(key, { expires_in_days: 9 });
    expect(made.status).toBe(201);
    expect(Date.parse(made.body.expires_at!)).toBeLessThan(Date.parse(expires_at!));
  });
});

test("a scope that names nothing is refused", async () => {
  for (const scope of ["agent:read", "users:write", "agents:*", "agents", "*:read", "toString:read"])
    expect([scope, (await app.post("/api/auth/api-keys", { name: "k", scopes: [scope] }, user.bearer)).status]).toEqual([scope, 400]);
});

test("what no scope names is for unlimited keys alone", async () => {
  const statusOf = async (scopes: string[], path: string) => (await app.get(path, by((await app.createKey(admin, { scopes })).key))).status;
  for (const path of ["/v1/nope", "/nope", "/v1/auth/nope", "/v1/%61gents"])
    expect([path, await statusOf(["read", "write"], path), await statusOf(["admin"], path)]).toEqual([path, 403, 404]);
});

test("a key has its user's rights of now: a user's is never an admin's, and an admin's ends with the role", async () => {
  const change = (key: string) => app.post("/v1/llm-providers", { name: crypto.randomUUID(), provider_type: "openai" }, by(key));
  for (const scopes of [["*"], ["admin"], ["llm-providers:write"]]) {
    const [ofUser, ofAdmin] = [await app.createKey(user, { scopes }), await app.createKey(admin, { scopes })];
    expect([(await change(ofUser.key)).status, (await change(ofAdmin.key)).status]).toEqual([403, 201]);
    app.change("update users set roles = ? where id = ?", '["user"]', admin.id);
    expect((await change(ofAdmin.key)).status).toBe(403);
    app.change("update users set roles = ? where id = ?", '["admin"]', admin.id);
  }
});

test("the time of its last use is kept, to the minute", async () => {
  const made = await app.createKey(user);
  const lastUse = async () => {
    expect((await app.get("/v1/agents", by(made.key))).status).toBe(200);
    // What is written beside a request is written before what is asked for after it.
    await app.createKey(user, { name: "later" });
    const keys = (await app.get<ApiKey[]>("/api/auth/api-keys?limit=1000", user.bearer)).body;
    return keys.find(({ id }) => id === made.id)!.last_used_at;
  };
  const first = await lastUse();
  expect(Date.parse(first!)).toBeGreaterThan(Date.now() - 60_000);
  app.clock.offsetMs += 50_000;
  expect(await lastUse()).toBe(first);
  app.clock.offsetMs += 11_000;
  expect(Date.parse((await lastUse())!)).toBeGreaterThan(Date.parse(first!) + 60_000);
});

test("a key that was made without accounts opens nothing once there are accounts", async () => {
  const before = await testApp();
  await using _ = before;
  const { key } = (await before.post<NewApiKey>("/api/auth/api-keys", { name: "key" })).body;
  await before.createAgent({ name: "Made before" });
  await before.stop();
  await using after = await testApp({ dataDir: before.dataDir, env: { AUTH_MODE: "full" } });
  expect((await after.get("/v1/agents", by(key))).status).toBe(401);
  const first = { email: "first@example.com", password: "the password of the first", name: "First" };
  const { access_token } = (await after.post<{ access_token: string }>("/api/auth/register", first)).body;
  const list = await after.get<{ items: { name: string }[] }>("/v1/agents", by(`Bearer ${access_token}`));
  expect(list.body.items.map(({ name }) => name)).toEqual(["Made before"]);
});

test("an Idempotency-Key is the caller's own", async () => {
  const headers = { "idempotency-key": "same-for-both" };
  const made = await app.post<{ id: string }>("/v1/agents", { name: "mine", system_prompt: "" }, { ...user.bearer, ...headers });
  const again = await app.post<{ id: string }>("/v1/agents", { name: "mine", system_prompt: "" }, { ...user.bearer, ...headers });
  const others = await app.post<{ id: string }>("/v1/agents", { name: "mine", system_prompt: "" }, { ...admin.bearer, ...headers });
  expect(again.body.id).toBe(made.body.id);
  expect(others.body.id).not.toBe(made.body.id);
});
