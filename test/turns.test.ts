import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { endsTurn, readStream } from "./support/client";
import { testApp } from "./support/test-app";

const script = (...steps: unknown[]) => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;

test("a message is answered in a turn, tools and all, and the stream tells it in order", async () => {
  await using app = await testApp();
  const agent = await app.createAgent({ capabilities: ["current_time", "test_math"] });
  const session = await app.createSession(agent.id);
  const { events } = await app.ask(session, "what is 6 times 7, and what time is it in Tokyo?");

  const kept = events.filter(({ id }) => id !== null);
  expect(kept.map(({ id }) => id)).toEqual(kept.map((_, index) => index + 1));
  expect(kept.map(({ type }) => type)).toEqual([
    "message.user",
    "session.updated",
    "session.updated",
    "turn.started",
    "model.started",
    "model.completed",
    "message.assistant",
    "tool.started",
    "tool.started",
    "tool.completed",
    "message.tool_result",
    "tool.completed",
    "message.tool_result",
    "model.started",
    "model.completed",
    "message.assistant",
    "turn.completed",
  ]);
  const deltas = events.filter(({ type }) => type === "message.delta").map(({ data }) => data.delta);
  const answer = (await app.messages(session)).at(-1)!;
  expect(answer.content).toEqual([{ type: "text", text: deltas.join("") }]);
  expect(deltas.length).toBeGreaterThan(3);
  expect(answer.content[0]).toMatchObject({ text: expect.stringContaining("42") });
});

test("a message posted while a turn runs is answered in the next one, which sees the first one's answer", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  const first = await app.say(session, script({ repeat: "word ", times: 20, delay_ms: 10 }));
  const second = await app.say(session, script({ text: "second" }));
  const events = await app.follow(session, endsTurn(second.turn_id));

  const order = events
    .filter(({ type }) => type === "turn.started" || type === "turn.completed")
    .map(({ type, data }) => [type, data.turn_id]);
  expect(order).toEqual([
    ["turn.started", first.turn_id],
    ["turn.completed", first.turn_id],
    ["turn.started", second.turn_id],
    ["turn.completed", second.turn_id],
  ]);
  expect(events.filter(({ type }) => type === "session.updated").map(({ data }) => data.status)).toEqual([undefined, "running"]);
});

test("cancelling stops a model in mid-stream, keeps what it wrote and marks it", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  const message = await app.say(session, script({ text: "some words before a long silence", hang: true }));
  await app.follow(session, ({ type }) => type === "message.delta");
  expect((await app.post(`${session.path}/cancel`, {})).status).toBe(202);
  const events = await app.follow(session, endsTurn(message.turn_id));

  expect(events.at(-1)!.type).toBe("turn.cancelled");
  const answer = (await app.messages(session)).at(-1)!;
  expect(answer).toMatchObject({ role: "assistant", metadata: { cancelled: true } });
  expect((await app.post(`${session.path}/cancel`, {})).status).toBe(409);
  const after = await app.ask(session, script({ text: "still here" }));
  expect(after.events.at(-1)!.type).toBe("turn.completed");
});

test("steering is read by the running turn before it ends", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  const first = await app.say(session, script({ repeat: "word ", times: 30, delay_ms: 10 }));
  await app.follow(session, ({ type }) => type === "message.delta");
  const steer = await app.say(session, "and another thing", { when_busy: "steer" });
  expect(steer.turn_id).toBe(first.turn_id);
  const events = await app.follow(session, endsTurn(first.turn_id));
  expect(events.filter(({ type }) => type === "model.started")).toHaveLength(2);
  expect((await app.messages(session)).map(({ role }) => role)).toEqual(["user", "user", "assistant", "assistant"]);
});

test("interrupting cancels the running turn and answers in the next; reject answers 409 and keeps nothing", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  const first = await app.say(session, script({ hang: true }));
  await app.follow(session, ({ type }) => type === "model.started");
  const rejected = await app.post(`${session.path}/messages`, { message: { content: "no" }, controls: { when_busy: "reject" } });
  expect(rejected.status).toBe(409);
  const second = await app.say(session, script({ text: "instead" }), { when_busy: "interrupt" });
  const events = await app.follow(session, endsTurn(second.turn_id));
  expect(events.find(endsTurn(first.turn_id))!.type).toBe("turn.cancelled");
  expect(events.at(-1)!.type).toBe("turn.completed");
  expect((await app.messages(session)).map(({ role }) => role)).toEqual(["user", "user", "assistant"]);
});

test("a provider's passing failure is retried in sight; a lasting one leaves a message and a session that goes on", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  const retried = await app.ask(session, script({ error: { code: "overloaded", retry_after_ms: 1, times: 1 } }, { text: "at last" }));
  expect(retried.events.filter(({ type }) => type === "model.retrying")).toHaveLength(1);
  expect(retried.events.at(-1)!.type).toBe("turn.completed");

  const failed = await app.ask(session, script({ error: { code: "invalid_api_key", message: "the key is wrong" } }));
  expect(failed.events.at(-1)).toMatchObject({ type: "turn.failed", data: { code: "invalid_api_key" } });
  expect((await app.messages(session)).at(-1)).toMatchObject({ role: "assistant", metadata: { error: { code: "invalid_api_key" } } });
  expect((await app.get<{ status: string }>(session.path)).body.status).toBe("pending");
});

test("a model that calls tools without end is stopped after ten calls, with words", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent({ capabilities: ["test_math"] })).id);
  const call = { call: [{ name: "add", arguments: { a: 1, b: 2 } }] };
  const { events } = await app.ask(session, script(...Array.from({ length: 12 }, () => call)));
  expect(events.filter(({ type }) => type === "model.started")).toHaveLength(10);
  expect(events.at(-1)).toMatchObject({ type: "turn.completed", data: { finish_reason: "model_call_limit" } });
});

test("unknown tools, bad arguments and failures become results that the model reads", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent({ capabilities: ["test_math"] })).id);
  const calls = [
    { name: "no_such_tool", arguments: {} },
    { name: "add", arguments: { a: "x", b: 2 } },
    { name: "divide", arguments: { a: 1, b: 0 } },
  ];
  const { events } = await app.ask(session, script({ call: calls }, { text: "I see" }));
  const results = events.filter(({ type }) => type === "tool.completed").map(({ data }) => data.status);
  expect(results).toEqual(["error", "error", "error"]);
  expect(events.at(-1)!.type).toBe("turn.completed");
});

test("a turn that was running when the server stopped goes on after a restart", async () => {
  const before = await testApp();
  const session = await before.createSession((await before.createAgent()).id);
  const message = await before.say(session, script({ repeat: "word ", times: 50, delay_ms: 20 }));
  const seen = await before.follow(session, ({ type }) => type === "message.delta");
  await before.stop();

  await using after = await testApp({ dataDir: before.dataDir });
  const events = await after.follow(session, endsTurn(message.turn_id), seen.findLast(({ id }) => id !== null)!.id!);
  expect(events.map(({ type }) => type)).toContain("turn.resumed");
  expect(events.map(({ type }) => type)).toContain("message.discarded");
  expect(events.at(-1)!.type).toBe("turn.completed");
  expect((await after.messages(session)).map(({ role }) => role)).toEqual(["user", "assistant"]);
});

test("a session deleted in mid-turn is gone, its stream ends, and the server goes on", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  await app.say(session, script({ hang: true }));
  await app.follow(session, ({ type }) => type === "model.started");
  const stream = await fetch(`${app.url}${session.path}/events`);
  expect((await app.call("DELETE", session.path)).status).toBe(204);
  await stream.text();
  expect((await app.get(session.path)).status).toBe(404);
});

test("a shutdown tells streams that it comes, and an idle watcher's place beyond the end is its end", async () => {
  const app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  await app.ask(session, "hello");
  const stream = readStream(await fetch(`${app.url}${session.path}/events`, { headers: { "last-event-id": "99999" } }));
  const { message } = await app.ask(session, "again");
  expect((await stream.next()).value).toMatchObject({ type: "message.user", data: { id: message.id } });

  await app.stop();
  let last: string | undefined;
  for await (const { type } of stream) last = type;
  expect(last).toBe("server.draining");
  rmSync(app.dataDir, { recursive: true });
});

test("a session whose model was disabled is answered by the next one, and its turn says so", async () => {
  await using app = await testApp();
  const [provider] = (await app.get<{ id: string }[]>("/v1/llm-providers")).body;
  const model = await app.post<{ id: string }>(`/v1/llm-providers/${provider!.id}/models`, { model_id: "other-1" });
  const session = await app.createSession((await app.createAgent()).id, { model_id: model.body.id });
  const started = async () =>
    (await app.ask(session, script({ text: "yes" }))).events.findLast(({ type }) => type === "turn.started")!.data;

  expect(await started()).toMatchObject({ model: "other-1", fell_back: false });
  await app.call("PATCH", `/v1/llm-models/${model.body.id}`, { status: "disabled" });
  expect(await started()).toMatchObject({ model: "simulated-1", fell_back: true });
});
