import { expect, test } from "bun:test";
import { DEFAULT_LIMITS } from "@/agent-loop/limits";
import type { Agent } from "@/domain/agent";
import type { LlmModel } from "@/domain/llm-model";
import type { Session } from "@/domain/session";
import type { Turn } from "@/domain/turn";
import { type Client, endsTurn, type StreamedEvent } from "./support/client";
import { contractApp, UNKNOWN_ID } from "./support/contract-app";
import { createModel } from "./support/create-model";
import { fakeProvider } from "./support/fake-provider";
import { refuseWith, sayWords } from "./support/openai-words";
import { testApp } from "./support/test-app";

const TWO_TRIES = { ...DEFAULT_LIMITS, maxAttempts: 2 };

const simulated = async (app: Client): Promise<string> =>
  (await app.get<LlmModel[]>("/v1/llm-models")).body.find(({ model_id }) => model_id === "simulated-1")!.id;

const started = (events: readonly StreamedEvent[]) => events.filter(({ type }) => type === "model.started").map(({ data }) => data.model);
const retries = (events: readonly StreamedEvent[]) => events.filter(({ type }) => type === "model.retrying").map(({ data }) => data);

test("a turn whose provider stays down goes on with the agent's fallback, and every event says who", async () => {
  await using down = fakeProvider(() => refuseWith(500));
  await using app = await contractApp({ limits: TWO_TRIES });
  const agent = await app.createAgent({
    default_model_id: await createModel(app, "Down", down.url),
    fallback_model_id: await simulated(app),
    capabilities: ["test_math"],
  });
  const session = await app.createSession(agent.id);
  const { events, message } = await app.ask(session, "What is 2 plus 3?");

  expect(events.at(-1)!.type).toBe("turn.completed");
  expect(started(events)).toEqual(["Down-1", "Down-1", "simulated-1", "simulated-1"]);
  expect(retries(events)).toMatchObject([
    { model: "Down-1", provider: "Down", code: "provider_error", fallback: null },
    { model: "Down-1", provider: "Down", delay_ms: 0, fallback: { model: "simulated-1", provider: "Simulated" } },
  ]);
  const completed = events.filter(({ type }) => type === "model.completed");
  // The simulated model is free of charge; nobody knows a price of the other.
  expect(completed.map(({ data }) => [data.model, data.cost_usd])).toEqual([
    ["simulated-1", 0],
    ["simulated-1", 0],
  ]);
  expect((await app.get<Turn>(`${session.path}/turns/${message.turn_id}`)).body.model).toBe("Simulated/simulated-1");
  expect(down.asked).toHaveLength(2);

  expect(started((await app.ask(session, "What is 2 plus 3?")).events)[0]).toBe("Down-1");
});

test.each([
  [401, { message: "Incorrect API key" }, "invalid_api_key"],
  [403, { message: "no" }, "not_permitted"],
  [404, { message: "no such model" }, "model_not_found"],
  [402, { message: "insufficient credit" }, "rate_limited"],
])("who refuses with %p is not asked twice before the fallback is", async (status, error, code) => {
  await using refusing = fakeProvider(() => refuseWith(status, error));
  await using app = await testApp();
  const model = await createModel(app, "Refusing", refusing.url, { fallback_model_id: await simulated(app) });
  const session = await app.createSession((await app.createAgent()).id);
  const { events } = await app.ask(session, "hello", { model_id: model });
  expect(events.at(-1)!.type).toBe("turn.completed");
  expect(started(events)).toEqual(["Refusing-1", "simulated-1"]);
  expect(retries(events)).toMatchObject([{ code, delay_ms: 0 }]);
});

test.each([
  [400, { code: "context_length_exceeded", message: "maximum context length is 8192 tokens" }, "context_too_long"],
  [400, { message: "strange request" }, "bad_request"],
])("what is wrong with the conversation is told, and no fallback asked: %p %p", async (status, error, code) => {
  await using refusing = fakeProvider(() => refuseWith(status, error));
  await using app = await testApp();
  const model = await createModel(app, "Refusing", refusing.url, { fallback_model_id: await simulated(app) });
  const session = await app.createSession((await app.createAgent({ default_model_id: model })).id);
  const { events } = await app.ask(session, "hello");
  expect(events.at(-1)).toMatchObject({ type: "turn.failed", data: { code } });
  expect(started(events)).toEqual(["Refusing-1"]);
});

test("a message's own model falls back by its own row, and not to the agent's choice for another", async () => {
  await using refusing = fakeProvider(() => refuseWith(401));
  await using app = await testApp();
  const model = await createModel(app, "Refusing", refusing.url);
  const session = await app.createSession((await app.createAgent({ fallback_model_id: await simulated(app) })).id);
  const wish = { model_id: "Refusing/Refusing-1" };
  expect((await app.ask(session, "hello", wish)).events.at(-1)).toMatchObject({ type: "turn.failed", data: { code: "invalid_api_key" } });
  await app.call("PATCH", `/v1/llm-models/${model}`, { fallback_model_id: await simulated(app) });
  expect((await app.ask(session, "hello", wish)).events.at(-1)!.type).toBe("turn.completed");
});

test("a circle of fallbacks is walked once, and the turn fails with what the last one said", async () => {
  await using one = fakeProvider(() => refuseWith(401));
  await using two = fakeProvider(() => refuseWith(403));
  await using app = await testApp();
  const first = await createModel(app, "One", one.url);
  const second = await createModel(app, "Two", two.url, { fallback_model_id: first });
  await app.call("PATCH", `/v1/llm-models/${first}`, { fallback_model_id: second });
  const session = await app.createSession((await app.createAgent()).id, { model_id: first });
  const { events } = await app.ask(session, "hello");
  expect(events.at(-1)).toMatchObject({ type: "turn.failed", data: { code: "not_permitted" } });
  expect(started(events)).toEqual(["One-1", "Two-1"]);
});

test("a restart in the middle goes on with the fallback, and does not ask again who has failed", async () => {
  await using refusing = fakeProvider(() => refuseWith(401));
  let isHanging = true;
  await using fallback = fakeProvider(() => (isHanging ? new Promise<never>(() => {}) : sayWords("I am here.")));
  const app = await testApp();
  const second = await createModel(app, "Second", fallback.url);
  const first = await createModel(app, "First", refusing.url, { fallback_model_id: second });
  const session = await app.createSession((await app.createAgent()).id, { model_id: first });
  const { turn_id } = await app.say(session, "hello");
  await app.follow(session, ({ type, data }) => type === "model.started" && data.model === "Second-1");
  await app.stop();
  isHanging = false;

  await using after = await testApp({ dataDir: app.dataDir });
  const events = await after.follow(session, endsTurn(turn_id));
  expect(events.at(-1)!.type).toBe("turn.completed");
  expect(started(events)).toEqual(["First-1", "Second-1", "Second-1"]);
  expect(refusing.asked).toHaveLength(1);
});

test("what a person chose for one model is left out where its fallback does not take it", async () => {
  await using refusing = fakeProvider(() => refuseWith(401));
  await using fallback = fakeProvider(() => sayWords("I am here."));
  await using app = await testApp();
  const provider = await createModel(app, "Second", fallback.url, { model_id: "gpt-4o" });
  const first = await createModel(app, "First", refusing.url, { fallback_model_id: provider });
  const session = await app.createSession((await app.createAgent()).id, { model_id: first });
  const controls = { max_tokens: 1_000_000, temperature: 0.5, reasoning: { effort: "high" } };
  expect((await app.ask(session, "hello", controls)).events.at(-1)!.type).toBe("turn.completed");
  expect(JSON.stringify(refusing.asked[0]!.body)).toContain("high");
  const { body } = fallback.asked[0]!;
  expect(JSON.stringify(body)).not.toContain("high");
  expect(body.temperature).toBe(0.5);
  expect(Number(body.max_completion_tokens ?? body.max_tokens)).toBe(16_384);
});

test("the fallback of a model and of an agent is set, cleared and checked", async () => {
  await using app = await contractApp();
  const [model] = (await app.get<LlmModel[]>("/v1/llm-models")).body;
  const other = (await app.expect<LlmModel>(`POST /v1/llm-providers/${model!.provider_id}/models`, 201, { model_id: "other-1" })).body;
  expect(model!.fallback_model_id).toBeNull();
  const agent = await app.createAgent({ fallback_model_id: other.id });
  expect(agent.fallback_model_id).toBe(other.id);

  for (const [path, field] of [
    [`/v1/llm-models/${model!.id}`, other.id],
    [`/v1/agents/${agent.id}`, model!.id],
  ] as const) {
    const patch = async (fallback_model_id: string | null, status: number) =>
      (await app.expect<{ fallback_model_id: string | null }>(`PATCH ${path}`, status, { fallback_model_id })).body.fallback_model_id;
    expect(await patch(field, 200)).toBe(field);
    await patch(UNKNOWN_ID, 400);
    expect((await app.expect<{ fallback_model_id: string }>(`PATCH ${path}`, 200, {})).body.fallback_model_id).toBe(field);
    expect(await patch(null, 200)).toBeNull();
    expect(await patch(field, 200)).toBe(field);
  }
  await app.expect(`PATCH /v1/llm-models/${model!.id}`, 400, { fallback_model_id: model!.id });
  await app.expect("POST /v1/agents", 400, { name: "a", system_prompt: "", fallback_model_id: UNKNOWN_ID });
  await app.expect(`POST /v1/llm-providers/${model!.provider_id}/models`, 400, { model_id: "x", fallback_model_id: UNKNOWN_ID });

  await app.expect(`DELETE /v1/llm-models/${other.id}`, 204);
  expect((await app.get<LlmModel>(`/v1/llm-models/${model!.id}`)).body.fallback_model_id).toBeNull();
});

test.each(["model", "provider"])(
  "a turn says that it fell back where its model was deleted with the %s, until another is chosen",
  async (what) => {
    await using elsewhere = fakeProvider(() => sayWords("never"));
    await using app = await contractApp();
    const model = await createModel(app, "Elsewhere", elsewhere.url);
    const { provider_id } = (await app.get<LlmModel>(`/v1/llm-models/${model}`)).body;
    const agent = await app.createAgent({ default_model_id: model });
    const session = await app.createSession(agent.id);
    await app.expect(what === "model" ? `DELETE /v1/llm-models/${model}` : `DELETE /v1/llm-providers/${provider_id}`, 204);

    const lost = { lost_model: "Elsewhere/Elsewhere-1" };
    expect((await app.expect<Agent>(`GET /v1/agents/${agent.id}`, 200)).body).toMatchObject({ ...lost, default_model_id: null });
    expect((await app.expect<Session>(`GET ${session.path}`, 200)).body).toMatchObject({ ...lost, model_id: null });
    const fellBack = async () => (await app.ask(session, "hello")).events.findLast(({ type }) => type === "turn.started")!.data.fell_back;
    expect(await fellBack()).toBe(true);

    expect((await app.expect<Session>(`PATCH ${session.path}`, 200, { model_id: null })).body.lost_model).toBeNull();
    expect(await fellBack()).toBe(true);
    expect((await app.expect<Agent>(`PATCH /v1/agents/${agent.id}`, 200, { default_model_id: null })).body.lost_model).toBeNull();
    expect(await fellBack()).toBe(false);
  },
);
