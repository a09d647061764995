import { beforeEach, describe, expect, test } from "bun:test";
import type { LlmModel, LlmModelWithProvider } from "@/domain/llm-model";
import type { LlmProvider } from "@/domain/llm-provider";
import { LOCAL_USER } from "@/domain/user";
import { newId } from "@/platform/ids";
import { createLlmApp, type LlmApp } from "./support/llm-app";

const NOBODY = "0197b0a0-0000-7000-8000-000000000000";

let app: LlmApp;
beforeEach(async () => {
  app = await createLlmApp();
});
const provider = (name: string, fields: object = {}) => app.createProvider({ name, provider_type: "openai", ...fields });
const patchModel = (id: string, body: object) => app.call<LlmModelWithProvider>("PATCH", `/v1/llm-models/${id}`, body);
const patchProvider = (id: string, body: object) => app.call<LlmProvider>("PATCH", `/v1/llm-providers/${id}`, body);

describe("a model", () => {
  test("is created, read, changed and deleted", async () => {
    const { id } = await provider("Mine");
    const created = await app.call<LlmModelWithProvider>("POST", `/v1/llm-providers/${id}/models`, {
      model_id: "gpt-4o-2024-11-20",
      capabilities: ["vision"],
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      provider_id: id,
      model_id: "gpt-4o-2024-11-20",
      display_name: "gpt-4o-2024-11-20",
      capabilities: ["vision"],
      context_window: 128_000,
      is_default: false,
      status: "active",
      profile: { tool_call: true, limits: { context: 128_000 } },
      provider_name: "Mine",
      provider_type: "openai",
    });
    const address = `/v1/llm-models/${created.body.id}`;
    expect((await app.call<LlmModelWithProvider>("GET", address)).body).toEqual(created.body);

    const changed = await app.call("PATCH", address, { display_name: "Four", context_window: 1000, profile: null, provider_id: NOBODY });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ display_name: "Four", context_window: 1000, provider_id: id, profile: { tool_call: true } });
    expect((await patchModel(created.body.id, { context_window: null })).body.context_window).toBe(128_000);

    expect(await app.call("DELETE", address)).toMatchObject({ status: 204, text: "" });
    for (const [method, body] of [
      ["GET", undefined],
      ["PATCH", {}],
      ["DELETE", undefined],
    ] as const)
      expect((await app.call(method, address, body)).status).toBe(404);
  });

  test("without a known profile has none, and no context window of its own", async () => {
    const model = await app.createModel(await provider("Mine"), { model_id: "my-own-model-9000" });
    expect(model).toMatchObject({ profile: null, context_window: null });
  });

  test("has an id of its own within its provider", async () => {
    const [one, two] = [await provider("One"), await provider("Two")];
    await app.createModel(one, { model_id: "m" });
    const other = await app.createModel(one, { model_id: "n" });
    expect((await app.call("POST", `/v1/llm-providers/${one.id}/models`, { model_id: "m" })).status).toBe(409);
    expect((await patchModel(other.id, { model_id: "m" })).status).toBe(409);
    expect((await patchModel(other.id, { model_id: "n" })).status).toBe(200);
    expect((await app.call("POST", `/v1/llm-providers/${two.id}/models`, { model_id: "m" })).status).toBe(201);
  });

  test("needs a model_id", async () => {
    const { id } = await provider("Mine");
    for (const body of [{}, { model_id: " " }, { model_id: 7 }])
      expect((await app.call("POST", `/v1/llm-providers/${id}/models`, body)).status).toBe(400);
  });

  test("goes with its provider, and whoever used it keeps working", async () => {
    const one = await provider("One");
    const model = await app.createModel(one, { model_id: "m" });
    const { agents } = app.db.tables;
    const texts = { name: "A", systemPrompt: "", visibility: "private", status: "active", createdAt: 0, updatedAt: 0 } as const;
    const row = { ...texts, id: newId(), ownerId: LOCAL_USER.id, capabilities: [], tags: [], defaultModelId: model.id };
    await app.db.sql.insert(agents).values(row);

    expect((await app.call("DELETE", `/v1/llm-providers/${one.id}`)).status).toBe(204);
    expect((await app.call("GET", `/v1/llm-models/${model.id}`)).status).toBe(404);
    expect(await app.db.sql.select({ model: agents.defaultModelId }).from(agents)).toEqual([{ model: null }]);
  });
});

test("lists are bare arrays by provider, then display name, and envelopes when asked", async () => {
  const [zoo, ant] = [await provider("zoo"), await provider("Ant")];
  await app.createModel(zoo, { model_id: "1", display_name: "b" });
  await app.createModel(zoo, { model_id: "2", display_name: "A" });
  await app.createModel(ant, { model_id: "3", display_name: "c" });
  const all = await app.models();
  expect(all.map((model) => `${model.provider_name}/${model.display_name}`)).toEqual(["Ant/c", "zoo/A", "zoo/b"]);

  const ofZoo = (await app.call<LlmModel[]>("GET", `/v1/llm-providers/${zoo.id}/models`)).body;
  expect(ofZoo.map(({ display_name }) => display_name)).toEqual(["A", "b"]);
  expect(ofZoo[0]).not.toHaveProperty("provider_name");
  expect((await app.call<LlmModel[]>("GET", `/v1/llm-providers/${zoo.id}/models?offset=1`)).body).toEqual(ofZoo.slice(1));
  expect((await app.call("GET", `/v1/llm-providers/${zoo.id}/models?envelope=true`)).body).toMatchObject({
    items: ofZoo,
    data: ofZoo,
    total: 2,
  });
  expect((await app.call("GET", "/v1/llm-models?envelope=true&limit=1")).body).toMatchObject({
    items: [all[0]!],
    total: 3,
    offset: 0,
    limit: 1,
  });
});

describe("the default", () => {
  const settings = async () => {
    await app.start();
    const [one, two] = [await provider("One"), await provider("Two")];
    const [a, b] = [await app.createModel(one, { model_id: "a" }), await app.createModel(one, { model_id: "b" })];
    const c = await app.createModel(two, { model_id: "c" });
    const [simulated] = await app.providers();
    return { one, two, a, b, c, simulated: simulated! };
  };

  test("moves with a model, and its provider follows", async () => {
    const { b, c } = await settings();
    expect(await app.defaults()).toBe("Simulated/simulated-1");
    expect((await patchModel(b.id, { is_default: true })).body.is_default).toBe(true);
    expect(await app.defaults()).toBe("One/b");
    await patchModel(c.id, { is_default: true });
    expect(await app.defaults()).toBe("Two/c");
  });

  test("moves with a provider, and goes to its first active model", async () => {
    const { one, a } = await settings();
    await patchModel(a.id, { status: "disabled" });
    expect((await patchProvider(one.id, { is_default: true })).body.is_default).toBe(true);
    expect(await app.defaults()).toBe("One/b");
  });

  test("is the first model that a default provider gets", async () => {
    await settings();
    const three = await provider("Three", { is_default: true });
    expect(three.is_default).toBe(true);
    expect(await app.defaults()).toBe("Three/-");
    expect((await app.createModel(three, { model_id: "x" })).is_default).toBe(true);
    expect((await app.createModel(three, { model_id: "y" })).is_default).toBe(false);
    expect(await app.defaults()).toBe("Three/x");
  });

  test("goes to another model of its provider when it is deleted or disabled", async () => {
    const { a, b } = await settings();
    await patchModel(a.id, { is_default: true });
    await patchModel(a.id, { status: "disabled" });
    expect(await app.defaults()).toBe("One/b");
    await app.call("DELETE", `/v1/llm-models/${b.id}`);
    expect(await app.defaults()).toBe("One/-");
    await patchModel(a.id, { status: "active" });
    expect(await app.defaults()).toBe("One/a");
  });

  test("falls back to the simulated provider when its provider is deleted or disabled", async () => {
    const { one, two, a, c } = await settings();
    await patchModel(a.id, { is_default: true });
    expect((await patchProvider(one.id, { status: "disabled" })).body.is_default).toBe(false);
    expect(await app.defaults()).toBe("Simulated/simulated-1");
    await patchModel(c.id, { is_default: true });
    await app.call("DELETE", `/v1/llm-providers/${two.id}`);
    expect(await app.defaults()).toBe("Simulated/simulated-1");
  });

  test("never moves to another maker by itself", async () => {
    const { one, a, simulated } = await settings();
    await app.call("DELETE", `/v1/llm-providers/${simulated.id}`);
    expect(await app.defaults()).toBe("-/-");
    await patchModel(a.id, { is_default: true });
    await app.call("DELETE", `/v1/llm-providers/${one.id}`);
    expect(await app.defaults()).toBe("-/-");
    await expect(app.resolve(noWishes)).rejects.toMatchObject({ kind: "conflict", code: "no_model" });
  });

  test("can't be something disabled", async () => {
    const { one, a } = await settings();
    await patchModel(a.id, { status: "disabled" });
    expect((await patchModel(a.id, { is_default: true })).status).toBe(409);
    await patchProvider(one.id, { status: "disabled" });
    expect((await patchProvider(one.id, { is_default: true })).status).toBe(409);
    expect((await patchModel(a.id, { is_default: true, status: "active" })).status).toBe(409);
    const refused = { name: "N", provider_type: "openai", is_default: true, status: "disabled" };
    expect((await app.call("POST", "/v1/llm-providers", refused)).status).toBe(409);
    expect(await app.defaults()).toBe("Simulated/simulated-1");
    expect((await app.providers()).map(({ name }) => name)).not.toContain("N");
  });

  test("that is given up goes back to the simulated provider", async () => {
    const { one, a } = await settings();
    await patchModel(a.id, { is_default: true });
    await patchProvider(one.id, { is_default: false });
    expect(await app.defaults()).toBe("Simulated/simulated-1");
  });
});

const wish = (id: string | undefined) => ({ id: id ?? null, isLost: false });
const noWishes = { message: null, session: wish(undefined), agent: wish(undefined), fallback: null };

describe("a turn's model", () => {
  const nothing = noWishes;
  type Ids = { message?: string; session?: string; agent?: string; fallback?: string };
  const resolve = ({ message, session, agent, fallback }: Ids) =>
    app.resolve({ message: message ?? null, session: wish(session), agent: wish(agent), fallback: fallback ?? null });
  const names = async (wishes: Ids) => {
    const { providerName, model, fellBack } = await resolve(wishes);
    return `${providerName}/${model}${fellBack ? " (fell back)" : ""}`;
  };
  let one: LlmProvider;
  let ids: { a: string; b: string; c: string };
  beforeEach(async () => {
    await app.start();
    one = await provider("One");
    const two = await provider("Two/B", { provider_type: "custom", base_url: "http://127.0.0.1:1/v1" });
    const create = async (of: LlmProvider, model_id: string) => (await app.createModel(of, { model_id })).id;
    ids = { a: await create(one, "a"), b: await create(one, "b"), c: await create(two, "meta/Llama-3") };
  });

  test("is the message's, else the session's, the agent's, the default", async () => {
    expect(await names({ message: ids.a, session: ids.b, agent: ids.c })).toBe("One/a");
    expect(await names({ session: ids.b, agent: ids.c })).toBe("One/b");
    expect(await names({ agent: ids.c })).toBe("Two/B/meta/Llama-3");
    expect(await names({})).toBe("Simulated/simulated-1");
  });

  test("comes with what the loop needs", async () => {
    const resolved = await app.resolve({ ...nothing, message: ids.a });
    expect(resolved).toMatchObject({ model: "a", modelRowId: ids.a, providerName: "One", providerType: "openai", fellBack: false });
    expect(resolved.driver.stream).toBeFunction();
    expect((await app.resolve(nothing)).profile).toMatchObject({ family: "simulated" });
  });

  test("may be named by its provider's name or type", async () => {
    for (const wish of ["One/a", "one/a", "openai/a"]) expect(await names({ message: wish })).toBe("One/a");
    expect(await names({ message: "two/b/meta/llama-3" })).toBe("Two/B/meta/Llama-3");
    expect(await names({ message: "custom/meta/Llama-3" })).toBe("Two/B/meta/Llama-3");
  });

  test("named by a type is the default provider's, else the oldest one's", async () => {
    const late = await provider("Late");
    const model = await app.createModel(late, { model_id: "a" });
    expect(await names({ message: "openai/a" })).toBe("One/a");
    await patchModel(model.id, { is_default: true });
    expect(await names({ message: "openai/a" })).toBe("Late/a");
    await provider("OpenAI", { provider_type: "custom" }).then((named) => app.createModel(named, { model_id: "a" }));
    expect(await names({ message: "openai/a" })).toBe("OpenAI/a");
  });

  test("that the message asks for and is not there is refused", async () => {
    await patchModel(ids.b, { status: "disabled" });
    for (const message of [NOBODY, ids.b, "One/b", "One/z", "One", "nobody/a", "%/a", ""])
      await expect(app.resolve({ ...nothing, message })).rejects.toMatchObject({ kind: "invalid", code: "model_not_found" });
    await patchProvider(one.id, { status: "disabled" });
    for (const message of [ids.a, "One/a", "openai/a"])
      await expect(app.resolve({ ...nothing, message })).rejects.toMatchObject({ code: "model_not_found" });
  });

  test("that the session or the agent asks for and is not there is passed over, and said so", async () => {
    await patchModel(ids.b, { status: "disabled" });
    expect(await names({ session: ids.b, agent: ids.a })).toBe("One/a (fell back)");
    expect(await names({ session: NOBODY, agent: ids.b })).toBe("Simulated/simulated-1 (fell back)");
    expect(await names({ session: ids.a, agent: ids.b })).toBe("One/a");
    await patchProvider(one.id, { status: "disabled" });
    expect(await names({ session: ids.a })).toBe("Simulated/simulated-1 (fell back)");
  });

  test("keeps its driver until the connection changes", async () => {
    const driver = async () => (await app.resolve({ ...nothing, message: ids.a })).driver;
    const first = await driver();
    await patchProvider(one.id, { name: "Renamed" });
    expect(await driver()).toBe(first);
    await patchProvider(one.id, { api_key: "sk-new" });
    const second = await driver();
    expect(second).not.toBe(first);
    await patchProvider(one.id, { base_url: "http://127.0.0.1:2/v1" });
    expect(await driver()).not.toBe(second);
  });
});

describe("a start", () => {
  const summary = async () => (await app.providers()).map((each) => `${each.name}:${each.provider_type}:${each.api_key_set}`);

  test("makes the simulated provider where there is none, and nothing the second time", async () => {
    await app.start();
    const before = [await app.providers(), await app.models()];
    expect(before[1]).toMatchObject([
      { model_id: "simulated-1", display_name: "Simulated model", provider_name: "Simulated", is_default: true },
    ]);
    await app.start();
    expect([await app.providers(), await app.models()]).toEqual(before);
  });

  test("leaves a deleted simulated provider alone while there is another", async () => {
    await app.start();
    await provider("Mine");
    const [simulated] = await app.providers();
    expect((await app.call("DELETE", `/v1/llm-providers/${simulated!.id}`)).status).toBe(204);
    await app.start();
    expect((await app.providers()).map(({ name }) => name)).toEqual(["Mine"]);
  });

  test("with keys makes their providers, OpenAI the default, and keeps no key", async () => {
    app = await createLlmApp({ env: { openaiKey: "sk-env-openai", anthropicKey: "sk-env-anthropic" } });
    await app.start();
    expect(await summary()).toEqual(["Simulated:simulated:false", "OpenAI:openai:true", "Anthropic:anthropic:true"]);
    expect(await app.defaults()).toStartWith("OpenAI/");
    const models = await app.models();
    for (const name of ["OpenAI", "Anthropic"])
      expect(models.filter(({ provider_name }) => provider_name === name).length).toBeGreaterThan(1);
    expect(JSON.stringify(await app.db.sql.select().from(app.db.tables.llmProviders))).not.toContain("sk-env");
    await app.start();
    expect(await app.models()).toEqual(models);
  });

  test("does not take the default from what a person chose", async () => {
    const mine = await provider("Mine");
    await app.createModel(mine, { model_id: "m", is_default: true });
    app = await createLlmApp({ db: app.db, env: { anthropicKey: "sk-env" } });
    await app.start();
    expect(await app.defaults()).toBe("Mine/m");
    const [, anthropic] = await app.providers();
    await patchProvider(anthropic!.id, { is_default: true });
    const simulated = await app.createProvider({ name: "S", provider_type: "simulated", is_default: true });
    await app.createModel(simulated, { model_id: "s" });
    await app.start();
    expect(await app.defaults()).toBe("S/s");
  });

  test("uses a provider at the maker's own address that is there already, and a free name where it isn't", async () => {
    await provider("Ours");
    await provider("anthropic", { provider_type: "custom" });
    app = await createLlmApp({ db: app.db, env: { openaiKey: "sk-env", anthropicKey: "sk-env" } });
    await app.start();
    expect(await summary()).toEqual(["Ours:openai:true", "anthropic:custom:false", "Anthropic 2:anthropic:true"]);
  });

  test("brings a deleted provider back only while its variable is set", async () => {
    const { db } = app;
    app = await createLlmApp({ db, env: { openaiKey: "sk-env" } });
    await app.start();
    const remove = async () => app.call("DELETE", `/v1/llm-providers/${(await app.providers()).find(({ name }) => name === "OpenAI")!.id}`);
    await remove();
    await app.start();
    expect(await summary()).toContain("OpenAI:openai:true");
    await remove();
    app = await createLlmApp({ db });
    await app.start();
    expect(await summary()).toEqual(["Simulated:simulated:false"]);
  });
});
