import { expect, test } from "bun:test";
import { DEFAULT_LIMITS } from "@/agent-loop/limits";
import { endsTurn } from "./support/client";
import { contractApp } from "./support/contract-app";
import { createModel } from "./support/create-model";
import { fakeProvider } from "./support/fake-provider";
import { refuseWith, sayWords } from "./support/openai-words";

const PLACES = { sessions: 3, callsPerProvider: 2 };

test("a provider that never answers leaves a place for the sessions of the others, and its own are served in the end", async () => {
  const { promise: healed, resolve: heal } = Promise.withResolvers<void>();
  await using silent = fakeProvider(() => healed.then(() => sayWords("At last.")));
  await using app = await contractApp({ capacity: PLACES });
  const agent = await app.createAgent({ default_model_id: await createModel(app, "Silent", silent.url) });
  const begin = async () => {
    const session = await app.createSession(agent.id);
    const { turn_id: turnId } = await app.say(session, "hello");
    await app.follow(session, ({ type }) => type === "turn.started");
    return { session, turnId };
  };
  // One after the other, so that the last is not among those that call.
  const waiting = [];
  for (let number = 0; number < 8; number++) waiting.push(await begin());
  // All have begun: those that may not call have given their place away.
  expect(silent.asked).toHaveLength(PLACES.callsPerProvider);

  const healthy = await app.createSession((await app.createAgent({ capabilities: ["test_math"] })).id);
  expect((await app.ask(healthy, "What is 2 plus 3?")).events.at(-1)!.type).toBe("turn.completed");
  expect(silent.asked).toHaveLength(PLACES.callsPerProvider);

  const [first, ...others] = waiting;
  const last = others.pop()!;
  await app.post(`${last.session.path}/cancel`, {});
  expect((await app.follow(last.session, endsTurn(last.turnId))).at(-1)!.type).toBe("turn.cancelled");
  heal();
  for (const { session, turnId } of [first!, ...others])
    expect((await app.follow(session, endsTurn(turnId))).at(-1)!.type).toBe("turn.completed");
  expect(silent.asked).toHaveLength(7);
});

test("a turn that waits for another try holds no place", async () => {
  let isDown = true;
  await using busy = fakeProvider(() => (isDown ? refuseWith(429, { message: "later" }) : sayWords("Now.")));
  await using app = await contractApp({ capacity: { sessions: 1, callsPerProvider: 1 }, limits: { ...DEFAULT_LIMITS, maxAttempts: 9 } });
  const agent = await app.createAgent({ default_model_id: await createModel(app, "Busy", busy.url) });
  const session = await app.createSession(agent.id);
  const { turn_id } = await app.say(session, "hello");
  await app.follow(session, ({ type, data }) => type === "model.retrying" && data.attempt === 2);
  const healthy = await app.createSession((await app.createAgent()).id);
  const { events } = await app.ask(healthy, "hello");
  expect(events.at(-1)!.type).toBe("turn.completed");
  isDown = false;
  const all = await app.follow(session, endsTurn(turn_id));
  expect(all.at(-1)!.type).toBe("turn.completed");
  expect(all.map(({ type }) => type)).not.toContain("turn.resumed");
});
