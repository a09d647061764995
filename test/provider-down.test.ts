import { expect, test } from "bun:test";
import { DEFAULT_LIMITS } from "@/agent-loop/limits";
import type { LlmModel } from "@/domain/llm-model";
import { type Client, endsTurn, type StreamedEvent } from "./support/client";
import { createModel } from "./support/create-model";
import { fakeProvider } from "./support/fake-provider";
import { refuseWith, sayWords } from "./support/openai-words";
import { testApp } from "./support/test-app";

/** As many failures in a row as make a provider rest, and for how long. */
const FAILURES = 5;
const REST_MS = 15_000;

const ONE_TRY = { ...DEFAULT_LIMITS, maxAttempts: 1 };

/** A provider that fails until it is healed, in a server whose clock a test turns. */
async function downProvider(limits = ONE_TRY) {
  const state = { answer: (): Response | Promise<Response> => refuseWith(500), laterMs: 0 };
  const provider = fakeProvider(() => state.answer());
  const app = await testApp({ limits, clock: { now: () => Date.now() + state.laterMs } });
  const model = await createModel(app, "Down", provider.url);
  const agent = await app.createAgent({ default_model_id: model });
  const ask = async () => (await app.ask(await app.createSession(agent.id), "hello")).events.at(-1)!;
  return {
    app,
    provider,
    state,
    model,
    agent,
    ask,
    async failUntilItRests() {
      for (let time = 0; time < FAILURES; time++) expect(await ask()).toMatchObject({ type: "turn.failed" });
      expect(provider.asked).toHaveLength(FAILURES);
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

const testProvider = async (app: Client, model: string) => {
  const { provider_id } = (await app.get<LlmModel>(`/v1/llm-models/${model}`)).body;
  return (await app.post<{ ok: boolean }>(`/v1/llm-providers/${provider_id}/test`, {})).body;
};

test("a provider that failed again and again is left alone for a while, then tried once, and used again when it answers", async () => {
  await using down = await downProvider();
  const { app, state, provider, ask } = down;
  await down.failUntilItRests();
  expect(await ask()).toMatchObject({
    type: "turn.failed",
    data: { code: "provider_error", error: expect.stringMatching(/failed \(HTTP 500\).*tried again in 15 s/) },
  });
  expect(provider.asked).toHaveLength(FAILURES);

  state.laterMs += REST_MS;
  await ask();
  expect(provider.asked).toHaveLength(FAILURES + 1);
  await ask();
  expect(provider.asked).toHaveLength(FAILURES + 1);

  state.laterMs += REST_MS;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  state.answer = () => released.then(() => sayWords("I am back."));
  const session = await app.createSession(down.agent.id);
  const { turn_id } = await app.say(session, "hello");
  await app.follow(session, ({ type }) => type === "model.started");
  while (provider.asked.length < FAILURES + 2) await Bun.sleep(1);
  expect((await ask()).type).toBe("turn.failed");
  expect(provider.asked).toHaveLength(FAILURES + 2);
  release();
  expect((await app.follow(session, endsTurn(turn_id))).at(-1)!.type).toBe("turn.completed");
  expect((await ask()).type).toBe("turn.completed");
});

test("a turn waits for a provider that rests, with its time in the log, and is cancelled at once while it does", async () => {
  await using down = await downProvider({ ...DEFAULT_LIMITS, maxAttempts: 2 });
  const { app, provider, agent } = down;
  // Two turns of two tries, and a third that makes the fifth failure and then has to wait.
  const session = await app.createSession(agent.id);
  await app.ask(session, "one");
  await app.ask(session, "two");
  const { turn_id } = await app.say(session, "three");
  const isLastWait = ({ type, data }: StreamedEvent) => type === "model.retrying" && data.turn_id === turn_id;
  await app.follow(session, isLastWait);
  const other = await app.createSession(agent.id);
  const waiting = await app.say(other, "hello");
  const wait = (await app.follow(other, ({ type }) => type === "model.retrying")).at(-1)!;
  expect(wait.data).toMatchObject({ code: "provider_error", attempt: 1, fallback: null });
  expect(Number(wait.data.delay_ms)).toBeGreaterThan(REST_MS / 2);
  expect(provider.asked).toHaveLength(FAILURES);

  expect((await app.post(`${other.path}/turns/${waiting.turn_id}/cancel`, {})).status).toBe(202);
  expect((await app.follow(other, endsTurn(waiting.turn_id))).at(-1)!.type).toBe("turn.cancelled");
});

test("whoever has a fallback does not wait for a provider that rests", async () => {
  await using down = await downProvider();
  const { app, provider, model, agent, ask } = down;
  await down.failUntilItRests();
  const simulated = (await app.get<LlmModel[]>("/v1/llm-models")).body.find(({ id }) => id !== model)!;
  await app.call("PATCH", `/v1/agents/${agent.id}`, { fallback_model_id: simulated.id });
  expect((await ask()).type).toBe("turn.completed");
  expect(provider.asked).toHaveLength(FAILURES);
});

test("a person who tests a provider that rests gets a real answer, and a good one ends its rest", async () => {
  await using down = await downProvider();
  const { app, provider, state, model, ask } = down;
  await down.failUntilItRests();
  expect(await testProvider(app, model)).toMatchObject({ ok: false });
  expect(provider.asked).toHaveLength(FAILURES + 1);
  state.answer = () => sayWords("ok");
  expect(await testProvider(app, model)).toMatchObject({ ok: true });
  expect((await ask()).type).toBe("turn.completed");
});

test.each([429, 529, 401, 400])("HTTP %p says that a provider is there: it is not left alone for it", async (status) => {
  await using down = await downProvider();
  down.state.answer = () => refuseWith(status);
  for (let time = 0; time < FAILURES + 2; time++) await down.ask();
  expect(down.provider.asked).toHaveLength(FAILURES + 2);
});
