import { expect, test } from "bun:test";
import { z } from "zod";
import { defineTool } from "@/agent-loop/tool";
import type { CapabilityDefinition } from "@/capabilities/catalog";
import type { Message } from "@/domain/message";
import type { Turn } from "@/domain/turn";
import { stream } from "./faults/exchange";
import { FAULTY_PROTOCOLS, NORMALLY, startFaultProvider } from "./faults/fault-provider";
import { MODES, type Mode } from "./faults/modes";
import { type Client, endsTurn, type StreamedEvent } from "./support/client";
import { contractApp } from "./support/contract-app";
import { testApp } from "./support/test-app";

const script = (...steps: unknown[]) => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;
const text = ({ content }: Message): string => content.map((part) => (part.type === "text" ? part.text : "")).join("");
const texts = async (app: Client, session: { path: string }) =>
  (await app.messages(session)).map((message) => `${message.role}: ${text(message)}`);
const turns = async (app: Client, session: { path: string }, query = "") =>
  (await app.get<{ items: Turn[]; total: number }>(`${session.path}/turns${query}`)).body;

const CANCELLED_WITHIN_MS = 1000;

/** Cancels and waits for the turn's end: its events, and how long that took. */
async function cancelled(app: Client, session: { path: string }, turnId: string): Promise<{ events: StreamedEvent[]; ms: number }> {
  const begun = performance.now();
  expect((await app.post(`${session.path}/turns/${turnId}/cancel`, {})).status).toBe(202);
  const events = await app.follow(session, endsTurn(turnId));
  return { events, ms: performance.now() - begun };
}

/** A session whose model fails in this way, and what its provider sees. */
async function faultySession(named: string | Mode) {
  const mode = typeof named === "string" ? MODES.find(({ name }) => name === named)! : named;
  const provider = await startFaultProvider([mode]);
  const app = await testApp();
  const protocol = FAULTY_PROTOCOLS[0]!;
  const { type, baseUrl } = protocol.connect(provider.url);
  const { id } = (await app.post<{ id: string }>("/v1/llm-providers", { name: "Faulty", provider_type: type, base_url: baseUrl })).body;
  const model = (await app.post<{ id: string }>(`/v1/llm-providers/${id}/models`, { model_id: mode.name, display_name: mode.name })).body;
  const session = await app.createSession((await app.createAgent()).id, { model_id: model.id });
  return {
    app,
    session,
    seen: provider.seen(protocol, mode),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

test("a turn is cancelled in mid-stream within a second, and the provider's socket is closed", async () => {
  await using faulty = await faultySession("silence in mid-stream, always");
  const { app, session, seen } = faulty;
  const { turn_id } = await app.say(session, "hello");
  await app.follow(session, ({ type }) => type === "message.delta");
  const { events, ms } = await cancelled(app, session, turn_id);
  expect(events.at(-1)!.type).toBe("turn.cancelled");
  expect(ms).toBeLessThan(CANCELLED_WITHIN_MS);
  await seen.exchanges[0]!.closed;
  expect((await app.messages(session)).at(-1)).toMatchObject({ role: "assistant", metadata: { cancelled: true } });
  expect((await app.ask(session, NORMALLY)).events.at(-1)!.type).toBe("turn.completed");
});

test("a turn is cancelled before the first byte within a second, and the provider's socket is closed", async () => {
  await using faulty = await faultySession("silence before the first byte, always");
  const { app, session, seen } = faulty;
  const { turn_id } = await app.say(session, "hello");
  await app.follow(session, ({ type }) => type === "model.started");
  const { ms } = await cancelled(app, session, turn_id);
  expect(ms).toBeLessThan(CANCELLED_WITHIN_MS);
  await Promise.all(seen.exchanges.map(({ closed }) => closed));
  expect(await texts(app, session)).toEqual(["user: hello"]);
});

test("a turn is cancelled while it waits for another try, and no try follows", async () => {
  await using faulty = await faultySession("500, always");
  const { app, session, seen } = faulty;
  const { turn_id } = await app.say(session, "hello");
  await app.follow(session, ({ type, data }) => type === "model.retrying" && data.attempt === 2);
  const asked = seen.exchanges.length;
  const { events, ms } = await cancelled(app, session, turn_id);
  expect(events.at(-1)!.type).toBe("turn.cancelled");
  expect(ms).toBeLessThan(CANCELLED_WITHIN_MS);
  expect((await app.ask(session, NORMALLY)).events.at(-1)!.type).toBe("turn.completed");
  expect(seen.exchanges.length).toBe(asked);
});

const stubborn: CapabilityDefinition = {
  id: "stubborn",
  name: "Stubborn",
  description: "Holds tools that end when they like.",
  status: "available",
  icon: "circle",
  category: "Testing",
  tools: [
    defineTool({
      name: "sit",
      description: "Never ends, whatever it is told.",
      input: z.object({}),
      run: () => new Promise<never>(() => {}),
    }),
    defineTool({ name: "nod", description: "Ends at once.", effect: "pure", input: z.object({}), run: () => "yes" }),
  ],
};

test("a turn is cancelled within a second though a tool ignores it, and every call is answered", async () => {
  await using app = await testApp({ capabilities: [stubborn] });
  const session = await app.createSession((await app.createAgent({ capabilities: ["stubborn"] })).id);
  const calls = ["sit", "nod", "sit"].map((name) => ({ name, arguments: {} }));
  const { turn_id } = await app.say(session, script({ call: calls }, { text: "never said" }));
  await app.follow(session, ({ type }) => type === "tool.completed");
  const { events, ms } = await cancelled(app, session, turn_id);

  expect(ms).toBeLessThan(CANCELLED_WITHIN_MS);
  expect(events.at(-1)!.type).toBe("turn.cancelled");
  const ended = events.filter(({ type }) => type === "tool.completed").map(({ data }) => [data.name, data.status]);
  expect(ended.toSorted()).toEqual([
    ["nod", "ok"],
    ["sit", "interrupted"],
    ["sit", "interrupted"],
  ]);
  const messages = await app.messages(session);
  expect(messages.filter(({ role }) => role === "tool_result")).toHaveLength(3);
  const after = await app.ask(session, script({ text: "still here" }));
  expect(after.events.at(-1)!.type).toBe("turn.completed");
});

test("a turn is cancelled while it waits in the queue, at once, and its message reaches no model", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  const first = await app.say(session, script({ hang: true }));
  await app.follow(session, ({ type }) => type === "model.started");
  const second = await app.say(session, "never mind");
  const { events } = await cancelled(app, session, second.turn_id);
  expect(events.filter(({ data }) => data.turn_id === second.turn_id).map(({ type }) => type)).toEqual(["message.user", "turn.cancelled"]);
  expect((await app.get<Turn>(`${session.path}/turns/${first.turn_id}`)).body.status).toBe("running");
  expect(await texts(app, session)).toHaveLength(1);
});

test("what waits is listed, and can be taken back until its turn begins", async () => {
  await using app = await contractApp();
  const session = await app.createSession((await app.createAgent()).id);
  const running = await app.say(session, script({ hang: true }));
  await app.follow(session, ({ type }) => type === "model.started");
  const one = await app.say(session, "one");
  const two = await app.say(session, "two");

  const waiting = await app.expect<{ items: Turn[]; total: number }>(`GET ${session.path}/turns?status=queued`, 200);
  expect(waiting.body.items.map(({ message_id }) => message_id)).toEqual([one.id, two.id]);
  expect(waiting.body.total).toBe(2);
  await app.expect(`GET ${session.path}/turns?status=done`, 400);

  await app.expect(`DELETE ${session.path}/messages/${one.id}`, 204);
  await app.expect(`DELETE ${session.path}/messages/${one.id}`, 404);
  await app.expect(`GET ${session.path}/messages/${one.id}`, 404);
  await app.expect(`PATCH ${session.path}/messages/${one.id}`, 404, { content: "x" });
  const refused = await app.expect(`DELETE ${session.path}/messages/${running.id}`, 409);
  expect(refused.body.code).toBe("already_started");
  await app.expect(`PATCH ${session.path}/messages/${running.id}`, 409, { content: "x" });

  expect((await turns(app, session, "?status=queued")).items.map(({ message_id }) => message_id)).toEqual([two.id]);
  expect(await texts(app, session)).toHaveLength(2);
  const { events } = await cancelled(app, session, running.turn_id);
  expect(events.filter(({ type }) => type === "message.user")).toHaveLength(3);
  await app.follow(session, endsTurn(two.turn_id));
  expect((await app.expect(`DELETE ${session.path}/messages/${two.id}`, 409)).body.code).toBe("already_started");
});

test("a message that was changed keeps its place in the queue; the model reads the new one, and neither the old one nor a removed one", async () => {
  await using faulty = await faultySession("silence before the first byte, always");
  const { app, session, seen } = faulty;
  const running = await app.say(session, "first");
  await app.follow(session, ({ type }) => type === "model.started");
  const old = (await app.post<Message>(`${session.path}/messages`, { message: { content: "old words" }, metadata: { a: 1 }, tags: ["t"] }))
    .body;
  const removed = await app.say(session, "removed words");
  const last = await app.say(session, `last words. ${NORMALLY}`);

  const changed = await app.call<Message>("PATCH", `${session.path}/messages/${old.id}`, { content: `new words. ${NORMALLY}` });
  expect(changed).toMatchObject({ status: 200, body: { role: "user", metadata: { a: 1 }, tags: ["t"] } });
  expect(changed.body.id).not.toBe(old.id);
  expect((await app.call("DELETE", `${session.path}/messages/${removed.id}`)).status).toBe(204);
  expect((await turns(app, session, "?status=queued")).items.map(({ message_id }) => message_id)).toEqual([changed.body.id, last.id]);

  await cancelled(app, session, running.turn_id);
  await app.follow(session, endsTurn(last.turn_id));
  const bodies = seen.bodies.slice(1);
  expect(bodies.map((body) => [body.includes("new words"), body.includes("last words")])).toEqual([
    [true, false],
    [true, true],
  ]);
  for (const body of bodies) expect(body).not.toMatch(/old words|removed words/);
  expect((await texts(app, session)).join()).not.toMatch(/old words|removed words/);
});

test("a failed turn is retried in a new one; the model reads the question once, and nothing of the failure", async () => {
  await using faulty = await faultySession("401");
  const { app, session, seen } = faulty;
  const { message, events } = await app.ask(session, "the question");
  expect(events.at(-1)!.type).toBe("turn.failed");

  const again = await app.post<{ turn_id: string; message_id: string }>(`${session.path}/messages/${message.id}/retry`, {});
  expect(again.status).toBe(202);
  expect(again.body.turn_id).not.toBe(message.turn_id);
  await app.follow(session, endsTurn(again.body.turn_id));
  const copy = (await app.get<Message>(`${session.path}/messages/${again.body.message_id}`)).body;
  expect(copy).toMatchObject({ role: "user", turn_id: again.body.turn_id, content: message.content, metadata: { retry_of: message.id } });

  for (const body of seen.bodies) expect(body.split("the question")).toHaveLength(2);
  await app.ask(session, NORMALLY);
  expect(seen.bodies.at(-1)!.split("the question")).toHaveLength(2);
  expect(seen.bodies.join()).not.toContain("This turn failed");
});

test("a retry is refused while a try is open and once one was completed, whichever of the messages it names", async () => {
  await using app = await contractApp();
  const session = await app.createSession((await app.createAgent()).id);
  const failing = script({ error: { code: "invalid_api_key", times: 1 } }, { hang: true });
  const { message } = await app.ask(session, failing);
  const retry = (id: string, status: number) => app.expect<Record<string, string>>(`POST ${session.path}/messages/${id}/retry`, status);

  const second = (await retry(message.id, 202)).body;
  expect((await retry(message.id, 409)).body.code).toBe("turn_open");
  expect((await retry(second.message_id!, 409)).body.code).toBe("turn_open");
  await app.follow(session, ({ type, data }) => ["model.started", "turn.failed"].includes(type) && data.turn_id === second.turn_id);
  await app.post(`${session.path}/turns/${second.turn_id}/cancel`, {});
  await app.follow(session, endsTurn(second.turn_id!));

  const third = (await retry(message.id, 202)).body;
  expect((await app.get<Message>(`${session.path}/messages/${third.message_id}`)).body.metadata).toEqual({ retry_of: message.id });
  await app.post(`${session.path}/turns/${third.turn_id}/cancel`, {});
  await app.follow(session, endsTurn(third.turn_id!));

  const done = await app.ask(session, script({ text: "fine" }));
  expect((await retry(done.message.id, 409)).body.code).toBe("already_answered");
  await retry("0199a3b1-1111-7222-8333-944455556666", 404);
  const forged = await app.post<Message>(`${session.path}/messages`, {
    message: { content: "x" },
    metadata: { retry_of: message.id, mine: 1 },
  });
  expect(forged.body.metadata).toEqual({ mine: 1 });
});

test("what tools did before a turn was cancelled is shown to the turn that retries it", async () => {
  const frames = FAULTY_PROTOCOLS[0]!.frames({ calls: [{ id: "c1", name: "act", pieces: ["{}"] }] });
  const says: Mode["says"] = (exchange) => (exchange.nth === 1 ? stream(exchange, frames) : exchange.closed);
  const silence = MODES.find(({ name }) => name === "silence before the first byte, always")!;
  await using faulty = await faultySession({ ...silence, name: "tools, then silence", says });
  const { app, session, seen } = faulty;
  const { turn_id, id } = await app.say(session, "do it");
  await app.follow(session, ({ type, data }) => type === "model.started" && data.step === 2);
  await cancelled(app, session, turn_id);
  const again = (await app.post<{ turn_id: string }>(`${session.path}/messages/${id}/retry`, {})).body;
  await app.follow(session, ({ type, data }) => type === "model.started" && data.turn_id === again.turn_id);
  await cancelled(app, session, again.turn_id);
  expect(seen.complaints).toEqual([]);
  expect(seen.bodies.at(-1)).toContain('"role":"tool"');
});

test("the same Idempotency-Key retries once", async () => {
  await using app = await contractApp();
  const session = await app.createSession((await app.createAgent()).id);
  const { message } = await app.ask(session, script({ error: { code: "invalid_api_key" } }));
  const line = `POST ${session.path}/messages/${message.id}/retry`;
  const answers = await Promise.all([1, 2, 3].map(() => app.expect(line, 202, undefined, { "idempotency-key": "k" })));
  expect(new Set(answers.map(({ body }) => body.turn_id)).size).toBe(1);
  expect((await turns(app, session)).total).toBe(2);
});

test("a wait that a provider asked for outlasts a restart", async () => {
  await using faulty = await faultySession("429 with seconds");
  const { app, session, seen } = faulty;
  const { turn_id } = await app.say(session, "hello");
  const { data } = (await app.follow(session, ({ type }) => type === "model.retrying")).at(-1)!;
  await app.stop();
  await using after = await testApp({ dataDir: app.dataDir });
  const events = await after.follow(session, endsTurn(turn_id));
  expect(events.find(({ type }) => type === "turn.resumed")!.data.after).toBe("shutdown");
  expect(events.at(-1)!.type).toBe("turn.completed");
  const { items } = (await after.get<{ items: { created_at: string }[] }>(`${session.path}/events/list?types=model.started`)).body;
  expect(items).toHaveLength(2);
  expect(items[1]!.created_at >= String(data.next_retry_at)).toBe(true);
  expect(seen.exchanges).toHaveLength(2);
});

test("a clock that was set back by a day strands no wait", async () => {
  await using faulty = await faultySession("429 with seconds");
  const { app, session } = faulty;
  const { turn_id } = await app.say(session, "hello");
  await app.follow(session, ({ type }) => type === "model.retrying");
  await app.stop();
  await using after = await testApp({ dataDir: app.dataDir, clock: { now: () => Date.now() - 24 * 3_600_000 } });
  expect((await after.follow(session, endsTurn(turn_id))).at(-1)!.type).toBe("turn.completed");
});
