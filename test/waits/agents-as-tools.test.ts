import { expect, test } from "bun:test";
import type { Session } from "@/domain/session";
import type { Turn } from "@/domain/turn";
import { endsTurn } from "../support/client";
import { UNKNOWN_ID } from "../support/contract-app";
import { script, typesOf, waitingApp, wire } from "./waiting-app";

type App = Awaited<ReturnType<typeof waitingApp>>;

const ask = (message: string, name = "helper") => ({ name, arguments: { message } });

/** An agent that may ask another, which has a bank. */
async function pair(app: App, helper: Record<string, unknown> = {}) {
  const asked = await app.createAgent({ name: "Helper", capabilities: ["bank"], ...helper });
  const asking = await app.createAgent({ name: "Asker", tools: [{ type: "agent", agent_id: asked.id, name: "helper" }] });
  return { asked, asking, session: await app.createSession(asking.id) };
}

/** The session in which a call is answered, once it is there. */
async function childOf(app: App, session: { path: string }) {
  const events = await app.follow(session, ({ type, data }) => type === "tool.started" && data.runs_on === "agent");
  const { child_session_id, tool_call_id } = events.at(-1)!.data;
  const child = (await app.expect<Session>(`GET /v1/sessions/${child_session_id}`, 200)).body;
  expect(child).toMatchObject({ parent_session_id: expect.any(String), parent_tool_call_id: tool_call_id });
  return { ...child, path: `/v1/sessions/${child.id}` };
}

const ends = (events: { type: string; data: Record<string, unknown> }[]) =>
  events.filter(({ type }) => type === "tool.completed").map(({ data }) => [data.status, data.result ?? data.error]);

test("an agent asks another, which answers in a session of its own, and goes on with its last words", async () => {
  await using app = await waitingApp();
  const { session, asked } = await pair(app);
  const question = script({ text: "forty-two" });
  const { message, events } = await app.sayAndWait(session, script({ call: [ask(question)] }, { text: "done" }));
  expect(typesOf(events).slice(-2)).toEqual(["tool.started", "waiting"]);
  const all = await app.follow(session, endsTurn(message.turn_id));
  expect(ends(all)).toEqual([["ok", "forty-two"]]);
  expect(all.at(-1)!.type).toBe("turn.completed");
  const child = await childOf(app, session);
  expect(child).toMatchObject({ agent_id: asked.id, parent_session_id: session.id, status: "pending" });
  expect((await app.messages(child)).map(({ role }) => role)).toEqual(["user", "assistant"]);
});

test("what the other agent waits for is in the inbox, over a restart, and the first waits with it", async () => {
  const before = await waitingApp();
  const { session } = await pair(before);
  const question = script({ call: [wire(8)] }, { text: "paid" });
  const { message } = await before.sayAndWait(session, script({ call: [ask(question)] }, { text: "done" }));
  const child = await childOf(before, session);
  await before.untilWaiting(child, 0);
  await before.stop();

  await using app = await waitingApp({ dataDir: before.dataDir, bank: before.bank });
  const [approval] = await app.pending();
  expect(approval).toMatchObject({ agent_name: "Helper", session_id: child.id });
  await app.decide(child, approval!.id, { decision: "approve" });
  expect(ends(await app.follow(session, endsTurn(message.turn_id)))).toEqual([["ok", "paid"]]);
  expect(before.wired).toEqual([8]);
});

test("cancelling the first stops the other, and whatever ends the other's turn answers the first", async () => {
  await using app = await waitingApp();
  const { asking } = await pair(app);
  const begin = async (question: string) => {
    const session = await app.createSession(asking.id);
    const { message } = await app.sayAndWait(session, script({ call: [ask(question)] }, { text: "done" }));
    const child = await childOf(app, session);
    const [turn] = (await app.expect<{ items: Turn[] }>(`GET ${child.path}/turns`, 200)).body.items;
    return { session, message, child, turn: turn! };
  };

  for (const question of [script({ hang: true }), script({ call: [wire(1)] }, { text: "paid" })]) {
    const { session, message, child, turn } = await begin(question);
    await app.expect(`POST ${session.path}/cancel`, 202);
    expect((await app.follow(session, endsTurn(message.turn_id))).at(-1)!.type).toBe("turn.cancelled");
    expect((await app.follow(child, endsTurn(turn.id))).at(-1)!.type).toBe("turn.cancelled");
  }

  const stopped = await begin(script({ hang: true }));
  await app.expect(`POST ${stopped.child.path}/cancel`, 202);
  const after = await app.follow(stopped.session, endsTurn(stopped.message.turn_id));
  expect(ends(after)).toEqual([["interrupted", "The agent was stopped before it had answered"]]);
  expect(after.at(-1)!.type).toBe("turn.completed");

  const gone = await begin(script({ hang: true }));
  await app.expect(`DELETE ${gone.child.path}`, 204);
  expect(ends(await app.follow(gone.session, endsTurn(gone.message.turn_id)))).toEqual([
    ["interrupted", "The agent's session was deleted"],
  ]);

  const failing = await begin(script({ error: { code: "invalid_api_key" } }));
  const [[status, words]] = ends(await app.follow(failing.session, endsTurn(failing.message.turn_id))) as [[string, string]];
  expect(status).toBe("error");
  expect(words).toStartWith("The agent's turn failed: ");

  const deleted = await begin(script({ hang: true }));
  await app.expect(`DELETE ${deleted.session.path}`, 204);
  await app.expect(`GET ${deleted.child.path}`, 404);
  expect(app.wired).toEqual([]);
});

test("an agent that asks itself goes three sessions deep and no deeper", async () => {
  await using app = await waitingApp();
  const agent = await app.createAgent();
  const tools = [{ type: "agent", agent_id: agent.id, name: "helper" }];
  await app.expect(`PATCH /v1/agents/${agent.id}`, 200, { tools });
  // A fence inside a fence is no script: each level is told by hand to go on.
  const session = await app.createSession(agent.id);
  let at: { path: string } = session;
  let message = await app.say(session, script({ call: [ask("Please wait.")] }, { text: "done" }));
  const depths: number[] = [];
  for (let depth = 1; depth <= 4; depth++) {
    const events = await app.follow(
      at,
      ({ type, data }) => (type === "tool.started" && data.runs_on === "agent") || endsTurn(message.turn_id)({ type, data, id: null }),
      message.sequence,
    );
    const started = events.findLast(({ type, data }) => type === "tool.started" && data.runs_on === "agent");
    if (!started) {
      expect(String(events.find(({ type }) => type === "tool.completed")!.data.error)).toContain("There is no tool named helper");
      break;
    }
    depths.push(depth);
    at = { path: `/v1/sessions/${started.data.child_session_id}` };
    message = await app.say(at, script({ call: [ask("Please wait.")] }, { text: "done" }));
  }
  expect(depths).toEqual([1, 2, 3]);
});

test("one turn asks other agents sixteen times and no more", async () => {
  await using app = await waitingApp();
  const { session } = await pair(app);
  const calls = Array.from({ length: 18 }, () => ask("Hello"));
  const { events } = await app.ask(session, script({ call: calls }, { text: "done" }));
  expect(
    ends(events)
      .map(([status]) => status)
      .filter((status) => status === "ok"),
  ).toHaveLength(16);
  expect(ends(events).filter(([status, words]) => status === "error" && String(words).startsWith("Only 16"))).toHaveLength(2);
  expect(events.at(-1)!.type).toBe("turn.completed");
});

test("an agent can be given agents that are there, and asks none that is archived", async () => {
  await using app = await waitingApp();
  const tool = { type: "agent", agent_id: UNKNOWN_ID, name: "helper" };
  await app.expect("POST /v1/agents", 400, { name: "A", system_prompt: "", tools: [tool] });
  const { session, asked, asking } = await pair(app);
  await app.expect(`PATCH /v1/agents/${asking.id}`, 400, { tools: [tool] });
  await app.expect(`DELETE /v1/agents/${asked.id}`, 204);
  const { events } = await app.ask(session, script({ call: [ask("Hello")] }, { text: "done" }));
  expect(String(ends(events)[0]![1])).toContain("There is no tool named helper");
});
