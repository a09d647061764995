import { expect, test } from "bun:test";
import type { Session } from "@/domain/session";
import { endsTurn } from "../support/client";
import { script, typesOf, waitingApp, wire } from "./waiting-app";

const locate = {
  name: "locate",
  description: "Where the person is.",
  parameters: { type: "object", properties: { precise: { type: "boolean" } }, required: ["precise"] },
};
const call = { name: "locate", arguments: { precise: true } };

type App = Awaited<ReturnType<typeof waitingApp>>;

/** Lets the model call `locate` and follows until the turn waits; answers the call's id. */
async function calling(app: App, session: { path: string }, calls: unknown[] = [call], controls?: Record<string, unknown>) {
  const { message, events } = await app.sayAndWait(session, script({ call: calls }, { text: "done" }), controls);
  const started = events.filter(({ type, data }) => type === "tool.started" && data.runs_on === "client");
  return { message, events, started, id: String(started[0]!.data.tool_call_id) };
}

const answer = (app: App, session: { path: string }, body: unknown, status = 200) =>
  app.expect<Record<string, unknown>>(`POST ${session.path}/tool-results`, status, body);

test("a call of the client's tool waits for its result, over a restart, and the turn goes on with it", async () => {
  const before = await waitingApp();
  const session = await before.newSession({ client_tools: [locate] });
  const { message, events, started, id } = await calling(before, session);
  expect(started[0]!.data).toMatchObject({ name: "locate", arguments: { precise: true }, expires_at: expect.any(String) });
  expect(await before.status(session)).toBe("waiting");
  expect(await before.pending()).toEqual([]);
  await before.stop();

  await using app = await waitingApp({ dataDir: before.dataDir });
  const { body } = await answer(app, session, { tool_call_id: id, result: { city: "Lima" } });
  expect(body).toEqual({ answered: [{ tool_call_id: id, turn_id: message.turn_id }] });
  const after = await app.follow(session, endsTurn(message.turn_id), events.at(-1)!.id!);
  expect(typesOf(after)).toEqual([
    "tool.completed",
    "message.tool_result",
    "running",
    "model.started",
    "model.completed",
    "message.assistant",
    "turn.completed",
  ]);
  expect(after[0]!.data).toMatchObject({ status: "ok", result: { city: "Lima" }, arguments: { precise: true } });
  expect((await app.messages(session)).at(-2)!.content).toEqual([
    { type: "tool_result", tool_call_id: id, result: { city: "Lima" }, error: null },
  ]);
});

test("an error is a result too; the same answer again changes nothing, another one is a conflict", async () => {
  await using app = await waitingApp();
  const session = await app.newSession({ client_tools: [locate] });
  const { message, id } = await calling(app, session);
  await answer(app, session, { tool_call_id: "another", result: 1 }, 404);
  await answer(app, session, { tool_call_id: id, result: 1, error: "both" }, 400);
  await answer(app, session, { tool_call_id: id, error: "no signal" });
  await answer(app, session, { tool_call_id: id, error: "no signal" });
  expect((await answer(app, session, { tool_call_id: id, result: "here" }, 409)).body.code).toBe("already_answered");
  const events = await app.follow(session, endsTurn(message.turn_id));
  expect(events.filter(({ type }) => type === "tool.completed").map(({ data }) => [data.status, data.error])).toEqual([
    ["error", "no signal"],
  ]);
});

test("several calls are answered together or not at all, and the turn goes on with the last", async () => {
  await using app = await waitingApp();
  const session = await app.newSession({ client_tools: [locate] });
  const { message, started } = await calling(app, session, [call, call, call]);
  const [one, two, three] = started.map(({ data }) => String(data.tool_call_id));
  await answer(app, session, { results: [{ tool_call_id: one, result: 1 }, { tool_call_id: "nobody's" }] }, 404);
  await answer(app, session, { tool_call_id: three, result: 3 });
  expect(await app.status(session)).toBe("waiting");
  const both = [
    { tool_call_id: one, result: 1 },
    { tool_call_id: two, result: 2 },
  ];
  const answers = await Promise.all([0, 1, 2, 3].map(() => answer(app, session, { results: both })));
  expect(answers).toHaveLength(4);
  const events = await app.follow(session, endsTurn(message.turn_id));
  expect(events.filter(({ type }) => type === "tool.completed")).toHaveLength(3);
  expect(typesOf(events).filter((type) => type === "running")).toHaveLength(2);
});

test("a message may bring tools of its own, which come before the session's", async () => {
  await using app = await waitingApp();
  const session = await app.newSession({ client_tools: [locate] });
  const picky = { ...locate, parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] } };
  const ring = { name: "ring", parameters: { type: "object" } };
  const calls = [call, { name: "locate", arguments: { place: "here" } }, { name: "ring", arguments: {} }];
  const { message, events, started } = await calling(app, session, calls, { client_tools: [picky, ring] });
  expect(started.map(({ data }) => data.name)).toEqual(["locate", "ring"]);
  const refused = events.find(({ type }) => type === "tool.completed")!.data;
  expect(refused.error).toContain("Bad arguments: place");
  await answer(app, session, { results: started.map(({ data }) => ({ tool_call_id: data.tool_call_id })) });
  await app.follow(session, endsTurn(message.turn_id));
  const next = await app.ask(session, script({ call: [{ name: "ring" }] }, { text: "none" }));
  expect(next.events.findLast(({ type }) => type === "tool.completed")!.data.error).toContain("There is no tool named ring");
});

test("what a client declares must be tools: named apart from the agent's, with a schema that is one", async () => {
  await using app = await waitingApp();
  const agent = await app.createAgent({ capabilities: ["bank"] });
  const session = await app.createSession(agent.id);
  const bad = [
    [{ ...locate, name: "wire" }],
    [locate, locate],
    [{ ...locate, name: "has blanks" }],
    [{ ...locate, parameters: { type: "string" } }],
    [{ ...locate, parameters: { type: "object", properties: { a: { type: "nonsense" } } } }],
    [{ ...locate, parameters: { type: "object", properties: 5 } }],
    [{ ...locate, parameters: { type: "object", properties: { a: { $ref: "https://example.com/schema" } } } }],
    [{ ...locate, parameters: { type: "object", description: "x".repeat(32_000) } }],
    [{ name: "no_parameters" }],
    Array.from({ length: 65 }, (_, index) => ({ ...locate, name: `t${index}` })),
  ];
  for (const client_tools of bad) {
    await app.expect(`POST /v1/agents/${agent.id}/sessions`, 400, { client_tools });
    await app.expect(`PATCH ${session.path}`, 400, { client_tools });
    await app.expect(`POST ${session.path}/messages`, 400, { message: { content: "x" }, controls: { client_tools } });
  }
  expect((await app.expect<Session>(`GET ${session.path}`, 200)).body.client_tools).toEqual([]);
  const changed = await app.expect<Session>(`PATCH ${session.path}`, 200, { client_tools: [locate] });
  expect(changed.body.client_tools).toEqual([locate]);
  expect((await app.events(session)).at(-1)).toMatchObject({ type: "session.updated", data: { client_tools: [locate] } });
});

test("a schema that refers to itself, or grows without end, holds nobody up", async () => {
  await using app = await waitingApp();
  const tree = { type: "object", properties: { kids: { type: "array", items: { $ref: "#" } } }, $ref: "#" };
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, level) => [
      `d${level}`,
      { allOf: [{ $ref: `#/$defs/d${level + 1}` }, { $ref: `#/$defs/d${level + 1}` }] },
    ]),
  );
  const grown = { type: "object", $ref: "#/$defs/d0", $defs: { ...doubling, d40: {} } };
  const slow = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } };
  const agent = await app.createAgent();
  await app.expect(`POST /v1/agents/${agent.id}/sessions`, 400, { client_tools: [{ ...locate, parameters: grown }] });
  const tools = [
    { name: "tree", parameters: tree },
    { name: "slow", parameters: slow },
  ];
  const session = await app.createSession(agent.id, { client_tools: tools });
  const calls = [
    { name: "tree", arguments: { kids: [{ kids: [{}] }] } },
    { name: "slow", arguments: { a: `${"a".repeat(60)}!` } },
  ];
  const { started } = await calling(app, session, calls);
  expect(started).toHaveLength(2);
});

test("a client that never answers is not waited for for ever", async () => {
  let now = Date.parse("2026-03-01T00:00:00Z");
  await using app = await waitingApp({ clock: { now: () => now } });
  const session = await app.newSession({ client_tools: [locate] });
  const { message, id } = await calling(app, session);
  now += 7 * 86_400_000;
  expect((await answer(app, session, { tool_call_id: id, result: 1 }, 409)).body.code).toBe("already_answered");
  const events = await app.follow(session, endsTurn(message.turn_id));
  expect(events.find(({ type }) => type === "tool.completed")!.data).toMatchObject({ status: "interrupted" });
  expect(events.at(-1)!.type).toBe("turn.completed");
});

test("a turn that waits for the client and for a person goes on with whoever answers first", async () => {
  await using app = await waitingApp();
  const session = await app.newSession({ client_tools: [locate] }, { tool_policies: { locate: "requires_approval" } });
  const { message, events } = await app.sayAndWait(session, script({ call: [wire(3), call] }, { text: "done" }));
  const [ofClient, ofBank] = await app.pending();
  expect([ofBank!.name, ofClient!.name]).toEqual(["wire", "locate"]);
  await app.decide(session, ofClient!.id, { decision: "approve", arguments: { precise: false } });
  const rested = await app.untilWaiting(session, events.at(-1)!.id!);
  const started = rested.find(({ type }) => type === "tool.started")!;
  expect(started.data).toMatchObject({ runs_on: "client", arguments: { precise: false } });
  await app.decide(session, ofBank!.id, { decision: "deny" });
  expect(await app.status(session)).toBe("waiting");
  await answer(app, session, { tool_call_id: started.data.tool_call_id, result: "Lima" });
  await app.follow(session, endsTurn(message.turn_id));
  expect(app.wired).toEqual([]);
});

test("a cancelled turn answers the client's call, whose late result is a conflict", async () => {
  await using app = await waitingApp();
  const session = await app.newSession({ client_tools: [locate] });
  const { message, id } = await calling(app, session);
  await app.expect(`POST ${session.path}/turns/${message.turn_id}/cancel`, 202);
  const events = await app.follow(session, endsTurn(message.turn_id));
  expect(events.find(({ type }) => type === "tool.completed")!.data).toMatchObject({ status: "interrupted" });
  await answer(app, session, { tool_call_id: id, result: 1 }, 409);
  expect((await app.messages(session)).filter(({ role }) => role === "tool_result")).toHaveLength(1);
});
