import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { LlmModelWithProvider } from "@/domain/llm-model";
import type { LlmProvider } from "@/domain/llm-provider";
import { fakeOpenAi } from "./support/fake-openai";
import { createLlmApp, type LlmApp } from "./support/llm-app";

const NOBODY = "0197b0a0-0000-7000-8000-000000000000";
const KEY = "sk-never-shown-1234567890";

let app: LlmApp;
beforeEach(async () => {
  app = await createLlmApp();
});

describe("a provider", () => {
  test("is created, read, changed and deleted", async () => {
    const created = await app.call<LlmProvider>("POST", "/v1/llm-providers", {
      name: " Mine ",
      provider_type: "custom",
      base_url: "http://127.0.0.1:1/v1",
    });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      id: expect.any(String),
      name: "Mine",
      provider_type: "custom",
      base_url: "http://127.0.0.1:1/v1",
      api_key_set: false,
      is_default: false,
      status: "active",
      settings: {},
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    const address = `/v1/llm-providers/${created.body.id}`;
    expect((await app.call<LlmProvider>("GET", address)).body).toEqual(created.body);

    const changed = await app.call<LlmProvider>("PATCH", address, { name: "Ours", settings: { api: "responses" }, status: "disabled" });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      name: "Ours",
      settings: { api: "responses" },
      status: "disabled",
      base_url: "http://127.0.0.1:1/v1",
    });

    expect(await app.call("DELETE", address)).toMatchObject({ status: 204, text: "" });
    expect((await app.call("GET", address)).status).toBe(404);
    expect((await app.call("DELETE", address)).status).toBe(404);
  });

  test("that nobody knows is 404 on every route", async () => {
    const address = `/v1/llm-providers/${NOBODY}`;
    const body = { model_id: "m" };
    for (const [method, path, sent] of [
      ["GET", "", undefined],
      ["PATCH", "", {}],
      ["DELETE", "", undefined],
      ["GET", "/models", undefined],
      ["POST", "/models", body],
      ["POST", "/test", undefined],
      ["POST", "/sync-models", undefined],
    ] as const)
      expect([method, path, (await app.call(method, address + path, sent)).status]).toEqual([method, path, 404]);
  });

  test("has a name of its own, capitals aside", async () => {
    const first = await app.createProvider({ name: "Mine", provider_type: "openai" });
    const other = await app.createProvider({ name: "Other", provider_type: "openai" });
    expect((await app.call("POST", "/v1/llm-providers", { name: "mINE", provider_type: "anthropic" })).status).toBe(409);
    expect((await app.call("PATCH", `/v1/llm-providers/${other.id}`, { name: "MINE" })).status).toBe(409);
    expect((await app.call("PATCH", `/v1/llm-providers/${first.id}`, { name: "MINE" })).status).toBe(200);
  });

  test("can't be given an id, a time or the mark of a set key", async () => {
    const given = { name: "A", provider_type: "openai", id: NOBODY, created_at: "2001-01-01T00:00:00.000Z", api_key_set: true };
    const provider = await app.createProvider(given);
    expect(provider.id).not.toBe(NOBODY);
    expect(provider.api_key_set).toBe(false);
    expect(provider.created_at).not.toStartWith("2001");
  });

  test("is created once under one Idempotency-Key", async () => {
    const send = () =>
      app.call<LlmProvider>("POST", "/v1/llm-providers", { name: "A", provider_type: "openai" }, { "idempotency-key": "k" });
    const first = await send();
    const again = await send();
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await app.providers()).toHaveLength(1);
  });
});

test("the list is a bare array in the order of creation, an envelope when asked, and paged either way", async () => {
  for (const name of ["C", "A", "B"]) await app.createProvider({ name, provider_type: "openai" });
  expect((await app.providers()).map(({ name }) => name)).toEqual(["C", "A", "B"]);
  expect((await app.call<LlmProvider[]>("GET", "/v1/llm-providers?offset=1&limit=1")).body.map(({ name }) => name)).toEqual(["A"]);

  const { body } = await app.call<{ items: LlmProvider[]; data: LlmProvider[] }>("GET", "/v1/llm-providers?envelope=true&limit=2");
  expect(body).toMatchObject({ total: 3, offset: 0, limit: 2 });
  expect(body.items.map(({ name }) => name)).toEqual(["C", "A"]);
  expect(body.data).toEqual(body.items);
  for (const query of ["limit=0", "limit=1001", "offset=-1", "offset=x", "envelope=1"])
    expect((await app.call("GET", `/v1/llm-providers?${query}`)).status).toBe(400);
});

test("a user who is no admin reads everything and changes nothing", async () => {
  const provider = await app.createProvider({ name: "A", provider_type: "simulated" });
  const model = await app.createModel(provider, { model_id: "m" });
  const user = await createLlmApp({ db: app.db, isAdmin: false });
  const [ofProvider, ofModel] = [`/v1/llm-providers/${provider.id}`, `/v1/llm-models/${model.id}`];

  for (const path of ["/v1/llm-providers", ofProvider, `${ofProvider}/models`, "/v1/llm-models", ofModel])
    expect((await user.call("GET", path)).status).toBe(200);
  for (const [method, path, body] of [
    ["POST", "/v1/llm-providers", { name: "B", provider_type: "openai" }],
    ["PATCH", ofProvider, { name: "B" }],
    ["DELETE", ofProvider, undefined],
    ["POST", `${ofProvider}/test`, undefined],
    ["POST", `${ofProvider}/sync-models`, undefined],
    ["POST", `${ofProvider}/models`, { model_id: "n" }],
    ["PATCH", ofModel, { display_name: "N" }],
    ["DELETE", ofModel, undefined],
  ] as const)
    expect(await user.call(method, path, body)).toMatchObject({ status: 403, body: { code: "forbidden" } });
  expect(await app.providers()).toEqual([{ ...provider, is_default: true }]);
  expect(await app.models()).toEqual([model]);
});

describe("an address", () => {
  const create = (base_url: string | null, provider_type = "custom") =>
    app.call("POST", "/v1/llm-providers", { name: "A", provider_type, base_url });

  test.each([
    "http://169.254.169.254/latest",
    "http://169.254.169.254.:80",
    "http://2852039166/v1",
    "http://0xa9fea9fe/v1",
    "http://0251.0376.0251.0376/v1",
    "http://[::ffff:169.254.169.254]/v1",
    "http://[::169.254.169.254]/v1",
    "http://[64:ff9b::a9fe:a9fe]/v1",
    "http://[fd00:ec2:0::254]/v1",
    "http://Metadata.Google.Internal./v1",
  ])("of a metadata service is refused: %s", async (address) => {
    const { status, body } = await create(address);
    expect([status, body.error]).toEqual([400, "base_url must not be the address of a cloud's metadata service"]);
  });

  test("with a password is refused, and not repeated", async () => {
    const { status, text } = await create("https://user:hunter2@example.com/v1");
    expect(status).toBe(400);
    expect(text).not.toContain("hunter2");
  });

  test("that is not http is refused", async () => {
    for (const address of ["ftp://example.com", "file:///etc/passwd", "example.com", ""]) expect((await create(address)).status).toBe(400);
  });

  test("is needed by Azure, when creating and when changing", async () => {
    expect((await create(null, "azure_openai")).status).toBe(400);
    const provider = await app.createProvider({ name: "Azure", provider_type: "azure_openai", base_url: "https://x.openai.azure.com" });
    expect((await app.call("PATCH", `/v1/llm-providers/${provider.id}`, { base_url: null })).status).toBe(400);
  });

  test("in a private network is fine: models live there", async () => {
    expect((await create("http://192.168.1.20:11434/v1")).status).toBe(201);
  });
});

describe("a key", () => {
  const patch = (id: string, body: object) => app.call<LlmProvider>("PATCH", `/v1/llm-providers/${id}`, body);
  const withKey = (fields: object = {}) =>
    app.createProvider({ name: "A", provider_type: "custom", base_url: "http://127.0.0.1:1/v1", api_key: KEY, ...fields });

  test("is in no answer and not in the database as it is", async () => {
    const { id } = await withKey();
    await app.createModel({ id }, { model_id: "m" });
    const paths = ["", `/${id}`, `/${id}/models`].map((path) => `/v1/llm-providers${path}`);
    const answers = [
      ...(await Promise.all(paths.map((path) => app.call("GET", path)))),
      await patch(id, { name: "B" }),
      await patch(id, { api_key: `${KEY}x` }),
    ];
    for (const { text } of answers) expect(text).not.toContain("sk-never");
    expect(answers.at(-1)!.body).toMatchObject({ api_key_set: true });
    const [row] = await app.db.sql.select().from(app.db.tables.llmProviders);
    expect(JSON.stringify(row)).not.toContain("sk-never");
    expect(row!.apiKey).toStartWith("v1.test.");
  });

  test("stays when something else changes, and is cleared by null", async () => {
    const { id } = await withKey();
    expect((await patch(id, { name: "B", base_url: "http://127.0.0.1:1/v1", status: "active" })).body.api_key_set).toBe(true);
    expect((await patch(id, { api_key: null })).body.api_key_set).toBe(false);
  });

  test("is cleared when the address changes without a new one", async () => {
    const { id } = await withKey();
    expect((await patch(id, { base_url: "http://127.0.0.1:2/v1" })).body.api_key_set).toBe(false);
    expect((await patch(id, { base_url: "http://127.0.0.1:3/v1", api_key: KEY })).body.api_key_set).toBe(true);
    expect((await patch(id, { base_url: null })).body.api_key_set).toBe(false);
  });

  test("is cleared when the maker changes and the address is the maker's own", async () => {
    const { id } = await withKey({ provider_type: "openai", base_url: null });
    expect((await patch(id, { provider_type: "anthropic" })).body.api_key_set).toBe(false);
  });

  test("that another encryption key sealed is asked for again, in words", async () => {
    const { id } = await withKey();
    await app.createModel({ id }, { model_id: "m", is_default: true });
    const other = await createLlmApp({ db: app.db, masterKey: Buffer.alloc(32, 9) });
    const { body } = await other.call("POST", `/v1/llm-providers/${id}/test`);
    expect(body).toMatchObject({ ok: false, model: "m", message: expect.stringContaining("enter it again") });
    const nothing = { id: null, isLost: false };
    await expect(other.resolve({ message: null, session: nothing, agent: nothing, fallback: null })).rejects.toMatchObject({
      code: "key_unreadable",
    });
  });
});

describe("a key from the environment", () => {
  test("counts as set for its maker's own address only, and is not kept", async () => {
    app = await createLlmApp({ env: { openaiKey: KEY } });
    const plain = await app.createProvider({ name: "Plain", provider_type: "openai" });
    const moved = await app.createProvider({ name: "Moved", provider_type: "openai", base_url: "http://127.0.0.1:1/v1" });
    const other = await app.createProvider({ name: "Other", provider_type: "anthropic" });
    const local = await app.createProvider({ name: "Local", provider_type: "ollama" });
    expect([plain, moved, other, local].map(({ api_key_set }) => api_key_set)).toEqual([true, false, false, false]);

    const { body } = await app.call<LlmProvider>("PATCH", `/v1/llm-providers/${plain.id}`, { base_url: "http://127.0.0.1:1/v1" });
    expect(body.api_key_set).toBe(false);
    expect(JSON.stringify(await app.db.sql.select().from(app.db.tables.llmProviders))).not.toContain(KEY);
  });

  test("is never sent to another address", async () => {
    const openAi = fakeOpenAi({ models: ["m"] });
    app = await createLlmApp({ env: { openaiKey: KEY } });
    const provider = await app.createProvider({ name: "A", provider_type: "openai", base_url: openAi.baseUrl });
    await app.call("POST", `/v1/llm-providers/${provider.id}/test`);
    expect(openAi.seen).toHaveLength(1);
    expect(openAi.seen[0]!.authorization).toBeNull();
    openAi.stop();
  });
});

describe("a real call", () => {
  const OFFERED = [
    "gpt-4o",
    "gpt-4o-2024-11-20",
    "o3",
    "text-embedding-3-small",
    "whisper-1",
    "tts-1",
    "dall-e-3",
    "omni-moderation-latest",
    "gpt-4o",
  ];
  let openAi: ReturnType<typeof fakeOpenAi>;
  beforeEach(() => {
    openAi = fakeOpenAi({ models: OFFERED });
  });
  afterEach(() => openAi.stop());
  const connect = (fields: object = {}) =>
    app.createProvider({ name: "Fake", provider_type: "openai", base_url: openAi.baseUrl, api_key: "sk-right", ...fields });
  const check = (id: string) =>
    app.call<{ ok: boolean; message: string; model: string | null; duration_ms: number }>("POST", `/v1/llm-providers/${id}/test`);
  const sync = (id: string) => app.call<{ created: LlmModelWithProvider[]; total: number }>("POST", `/v1/llm-providers/${id}/sync-models`);

  test("reads the list of models where the provider has none here", async () => {
    const { id } = await connect();
    const { status, body } = await check(id);
    expect(status).toBe(200);
    expect(body).toEqual({ ok: true, message: expect.stringContaining("offers 9 models"), model: null, duration_ms: expect.any(Number) });
    expect(openAi.seen.map(({ path }) => path)).toEqual(["/v1/models"]);
  });

  test("asks the default model for a word, and the first one where none is the default", async () => {
    const provider = await connect();
    await app.createModel(provider, { model_id: "one" });
    await app.createModel(provider, { model_id: "two" });
    expect((await check(provider.id)).body).toMatchObject({ ok: true, model: "one" });
    await app.createModel(provider, { model_id: "three", is_default: true });
    expect((await check(provider.id)).body).toMatchObject({ ok: true, model: "three" });
    expect(openAi.seen.map(({ body }) => body?.model)).toEqual(["one", "three"]);
    expect(openAi.seen[0]!.body!.max_tokens).toBeLessThan(1000);
  });

  test("says what is wrong, without the key", async () => {
    const { id } = await connect({ api_key: "sk-wrong-0123456789" });
    const { status, body, text } = await check(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: false, message: expect.stringContaining("refused the API key"), model: null });
    expect(text).not.toContain("sk-wrong");

    openAi.stop();
    expect((await check(id)).body).toMatchObject({ ok: false, message: expect.stringContaining("cannot be reached") });
  });

  test("works with the simulated provider, without a network", async () => {
    const provider = await app.createProvider({ name: "S", provider_type: "simulated" });
    await app.createModel(provider, { model_id: "simulated-1" });
    expect((await check(provider.id)).body).toMatchObject({ ok: true, model: "simulated-1" });
  });

  test("uses a new key at once", async () => {
    const { id } = await connect({ api_key: "sk-wrong" });
    expect((await check(id)).body.ok).toBe(false);
    await app.call("PATCH", `/v1/llm-providers/${id}`, { api_key: "sk-right" });
    expect((await check(id)).body.ok).toBe(true);
  });

  test("brings the models that are missing, and only those for conversations", async () => {
    const provider = await connect();
    const kept = await app.createModel(provider, { model_id: "o3", display_name: "My o3", context_window: 7 });
    const { status, body } = await sync(provider.id);
    expect(status).toBe(200);
    expect(body.total).toBe(3);
    expect(body.created.map(({ model_id }) => model_id)).toEqual(["gpt-4o", "gpt-4o-2024-11-20"]);
    expect(body.created[0]!).toMatchObject({ provider_name: "Fake", status: "active", context_window: 128_000 });
    expect(new Set(body.created.map(({ display_name }) => display_name)).size).toBe(2);
    expect((await app.models()).find(({ id }) => id === kept.id)).toEqual(kept);
    expect((await sync(provider.id)).body).toEqual({ created: [], total: 3 });
  });

  test("gives the default provider a default model", async () => {
    const provider = await connect({ is_default: true });
    expect(await app.defaults()).toBe("Fake/-");
    const { body } = await sync(provider.id);
    expect(body.created.filter(({ is_default }) => is_default)).toHaveLength(1);
    expect(await app.defaults()).toBe("Fake/gpt-4o");
  });

  test("that fails brings nothing and says why", async () => {
    const { id } = await connect({ api_key: "sk-wrong-0123456789" });
    const refused = await sync(id);
    expect(refused).toMatchObject({ status: 409, body: { code: "invalid_api_key" } });
    expect(refused.text).not.toContain("sk-wrong");
    openAi.stop();
    expect(await sync(id)).toMatchObject({ status: 503, body: { code: "unreachable" } });
    expect(await app.models()).toEqual([]);
  });
});
