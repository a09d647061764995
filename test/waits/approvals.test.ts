import { expect, test } from "bun:test";
import type { Approval } from "@/domain/approval";
import { endsTurn } from "../support/client";
import { UNKNOWN_ID } from "../support/contract-app";
import { bank, peek, script, typesOf, waitingApp, wire } from "./waiting-app";

test("a call that needs approval waits, the others run meanwhile, and what was approved runs exactly as it stands", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  const { message, events } = await app.sayAndWait(session, script({ call: [wire(5), peek] }, { text: "done" }));
  expect(typesOf(events).slice(-8)).toEqual([
    "model.started",
    "model.completed",
    "message.assistant",
    "approval.requested",
    "tool.started",
    "tool.completed",
    "message.tool_result",
    "waiting",
  ]);
  expect(await app.status(session)).toBe("waiting");
  expect((await app.turn(session, message.turn_id)).status).toBe("waiting");
  expect(app.wired).toEqual([]);

  const [approval] = await app.pending();
  expect(approval).toMatchObject({
    name: "wire",
    arguments: { amount: 5 },
    status: "pending",
    agent_name: "Tester",
    session_id: session.id,
  });
  const asked = events.find(({ type }) => type === "approval.requested")!;
  expect(asked.data).toMatchObject({ approval_id: approval!.id, turn_id: message.turn_id, name: "wire", arguments: { amount: 5 } });

  const decided = await app.decide(session, approval!.id, { decision: "approve" });
  expect(decided.body).toMatchObject({ status: "resolved", decision: "approve", changed_arguments: null });
  const after = await app.follow(session, endsTurn(message.turn_id), events.at(-1)!.id!);
  expect(typesOf(after)).toEqual([
    "approval.resolved",
    "running",
    "tool.started",
    "tool.completed",
    "message.tool_result",
    "model.started",
    "model.completed",
    "message.assistant",
    "turn.completed",
  ]);
  expect(app.wired).toEqual([5]);
  expect(await app.pending()).toEqual([]);
  expect((await app.turn(session, message.turn_id)).status).toBe("completed");
  expect((await app.expect<{ total: number }>("GET /v1/approvals?status=resolved", 200)).body.total).toBe(1);
  expect((await app.expect<Approval>(`GET /v1/approvals/${approval!.id}`, 200)).body).toEqual(decided.body);
});

test("a call that was denied is answered with the reason, and never runs", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  const { message, events } = await app.sayAndWait(session, script({ call: [wire(5)] }, { text: "well" }));
  const [approval] = await app.pending();
  await app.decide(session, approval!.id, { decision: "deny", reason: "too much" });
  const after = await app.follow(session, endsTurn(message.turn_id), events.at(-1)!.id!);
  expect(after.find(({ type }) => type === "tool.completed")!.data).toMatchObject({
    status: "denied",
    error: "A person denied this call: too much",
    duration_ms: null,
  });
  expect(after.map(({ type }) => type)).not.toContain("tool.started");
  expect(after.at(-1)!.type).toBe("turn.completed");
  expect(app.wired).toEqual([]);
});

test("arguments can be changed: the tool's schema holds, the log shows both, and the model is told what was run", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  const { message, events } = await app.sayAndWait(session, script({ call: [wire(500)] }, { text: "done" }));
  const [approval] = await app.pending();
  const refused = await app.decide(session, approval!.id, { decision: "approve", arguments: { amount: 0 } }, 400);
  expect(refused.body).toMatchObject({ error: "arguments must fit the tool's parameters" });
  expect(await app.status(session)).toBe("waiting");

  const { body } = await app.decide(session, approval!.id, { decision: "approve", arguments: { amount: 50 } });
  expect(body).toMatchObject({ arguments: { amount: 500 }, changed_arguments: { amount: 50 } });
  const after = await app.follow(session, endsTurn(message.turn_id), events.at(-1)!.id!);
  expect(app.wired).toEqual([50]);
  const dataOf = (type: string) => after.find((event) => event.type === type)!.data;
  expect(dataOf("approval.resolved")).toMatchObject({ arguments: { amount: 500 }, changed_arguments: { amount: 50 } });
  expect(dataOf("tool.started")).toMatchObject({ arguments: { amount: 50 } });
  expect(dataOf("tool.completed")).toMatchObject({ arguments: { amount: 50 }, result: { sent: 50 } });
  const told = (await app.messages(session)).find(({ role }) => role === "tool_result")!;
  expect(JSON.stringify(told.content)).toContain("changed the arguments");
  expect(JSON.stringify(told.content)).toContain('"amount":50');
});

test("the same decision again is the same answer, another one a conflict, and of many at once one is made", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  const { message } = await app.sayAndWait(session, script({ call: [wire(1)] }, { text: "done" }));
  const [approval] = await app.pending();
  const decisions = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? "approve" : "deny"));
  const answers = await Promise.all(
    decisions.map((decision) => app.post<Approval & { code?: string }>(`${session.path}/approvals/${approval!.id}`, { decision })),
  );
  const made = answers.filter(({ status }) => status === 200).map(({ body }) => body.decision);
  expect(new Set(made).size).toBe(1);
  expect(made).toHaveLength(6);
  for (const { status, body } of answers) if (status !== 200) expect([status, body.code]).toEqual([409, "already_decided"]);
  await app.follow(session, endsTurn(message.turn_id));
  const events = await app.events(session);
  expect(events.filter(({ type }) => type === "approval.resolved")).toHaveLength(1);
  expect(app.wired).toHaveLength(made[0] === "approve" ? 1 : 0);
});

test("of several calls each is decided by itself, and the turn goes on with each", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  const { message, events } = await app.sayAndWait(session, script({ call: [wire(1), wire(2), wire(3)] }, { text: "done" }));
  const [three, two, one] = await app.pending();
  expect([one, two, three].map((each) => each!.arguments)).toEqual([{ amount: 1 }, { amount: 2 }, { amount: 3 }]);
  await app.decide(session, two!.id, { decision: "approve" });
  const rested = await app.untilWaiting(session, events.at(-1)!.id!);
  expect(app.wired).toEqual([2]);
  // A denial leaves nothing to do while another call is open: the turn rests on.
  await app.decide(session, one!.id, { decision: "deny" });
  expect(await app.status(session)).toBe("waiting");
  await app.decide(session, three!.id, { decision: "approve" });
  const after = await app.follow(session, endsTurn(message.turn_id), rested.at(-1)!.id!);
  expect(app.wired).toEqual([2, 3]);
  expect(typesOf(after).filter((type) => ["waiting", "running"].includes(type))).toEqual(["running"]);
});

test("an agent says for each tool whether it is asked about, over the tool's own policy", async () => {
  await using app = await waitingApp();
  const session = await app.newSession({}, { tool_policies: { wire: "auto", peek: "requires_approval" } });
  const { message } = await app.sayAndWait(session, script({ call: [wire(7), peek] }, { text: "done" }));
  expect(app.wired).toEqual([7]);
  const [approval] = await app.pending();
  expect(approval!.name).toBe("peek");
  await app.decide(session, approval!.id, { decision: "approve" });
  await app.follow(session, endsTurn(message.turn_id));
  const agent = (await app.expect<{ tool_policies: unknown }>(`GET /v1/agents/${session.agent_id}`, 200)).body;
  expect(agent.tool_policies).toEqual({ wire: "auto", peek: "requires_approval" });
  expect((await app.expect(`PATCH /v1/agents/${session.agent_id}`, 200, { tool_policies: null })).body.tool_policies).toBeNull();
  for (const tool_policies of [{ wire: "never" }, { "no name": "auto" }, [], "auto"])
    await app.expect(`PATCH /v1/agents/${session.agent_id}`, 400, { tool_policies });
});

test("a call that cannot run is not asked about", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  const calls = [{ name: "wire", arguments: { amount: -1 } }, { name: "no_such_tool" }];
  const { events } = await app.ask(session, script({ call: calls }, { text: "done" }));
  expect(events.map(({ type }) => type)).not.toContain("approval.requested");
  expect(events.filter(({ type }) => type === "tool.completed").map(({ data }) => data.status)).toEqual(["error", "error"]);
});

test("what is remembered is not asked again: in the session, or with the agent, for any arguments or for those", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  const paying = (amount: number) => script({ call: [wire(amount)] }, { text: "done" });
  const approve = async (on: typeof session, amount: number, body: Record<string, unknown>) => {
    const { message } = await app.sayAndWait(on, paying(amount));
    const [approval] = await app.pending();
    await app.decide(on, approval!.id, { decision: "approve", ...body });
    await app.follow(on, endsTurn(message.turn_id));
  };
  const isAsked = async (on: typeof session, amount: number) => {
    const { message } = await app.sayAndWait(on, paying(amount));
    await app.expect(`POST ${on.path}/turns/${message.turn_id}/cancel`, 202);
    await app.follow(on, endsTurn(message.turn_id));
  };
  const runs = async (on: typeof session, amount: number) => {
    const message = await app.say(on, paying(amount));
    const events = await app.follow(on, endsTurn(message.turn_id), message.sequence);
    expect(typesOf(events)).not.toContain("approval.requested");
    expect(app.wired.at(-1)).toBe(amount);
  };
  await approve(session, 1, { remember: "session", remember_arguments: true });
  await runs(session, 1);
  await approve(session, 2, { remember: "session" });
  await runs(session, 3);
  const second = await app.createSession(session.agent_id);
  await approve(second, 4, { remember: "agent" });
  const third = await app.createSession(session.agent_id);
  await runs(third, 5);
  await isAsked(await app.newSession(), 6);

  const { items } = (await app.expect<{ items: { id: string }[] }>("GET /v1/approval-rules", 200)).body;
  expect(items).toMatchObject([
    { agent_id: session.agent_id, agent_name: "Tester", session_id: null, session_title: null, name: "wire", arguments: null },
    { session_id: session.id, session_title: expect.any(String), arguments: null },
    { session_id: session.id, arguments: { amount: 1 } },
  ]);
  await app.expect(`DELETE /v1/approval-rules/${items[0]!.id}`, 204);
  await app.expect(`DELETE /v1/approval-rules/${items[0]!.id}`, 404);
  await isAsked(third, 7);
  await runs(session, 8);
});

test("a memory that makes no sense is refused", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  await app.sayAndWait(session, script({ call: [wire(1)] }, { text: "done" }));
  const [approval] = await app.pending();
  const bodies = [
    { decision: "deny", remember: "session" },
    { decision: "approve", remember: "agent", arguments: { amount: 2 } },
    { decision: "approve", remember_arguments: true },
    { decision: "approve", remember: "always" },
    { decision: "maybe" },
  ];
  for (const body of bodies) await app.decide(session, approval!.id, body, 400);
  await app.decide(session, UNKNOWN_ID, { decision: "approve" }, 404);
  const other = await app.newSession();
  await app.decide(other, approval!.id, { decision: "approve" }, 404);
  expect(await app.pending()).toHaveLength(1);
});

test("an approval outlasts restarts, and is decided in the next life of the server", async () => {
  const before = await waitingApp();
  const session = await before.newSession();
  const { message, events } = await before.sayAndWait(session, script({ call: [wire(9), peek] }, { text: "done" }));
  const [approval] = await before.pending();
  await before.stop();
  await (await waitingApp({ dataDir: before.dataDir, bank: before.bank })).stop();

  await using after = await waitingApp({ dataDir: before.dataDir, bank: before.bank });
  expect(await after.status(session)).toBe("waiting");
  expect(await after.pending()).toEqual([approval!]);
  await after.decide(session, approval!.id, { decision: "approve" });
  const rest = await after.follow(session, endsTurn(message.turn_id), events.at(-1)!.id!);
  expect(typesOf(rest)).not.toContain("turn.resumed");
  expect(rest.at(-1)!.type).toBe("turn.completed");
  expect(before.wired).toEqual([9]);
});

test("what waits is decided by nobody for a week, and is then denied in words, also while the server was away", async () => {
  let now = Date.parse("2026-03-01T00:00:00Z");
  const clock = { now: () => now };
  const app = await waitingApp({ clock });
  const session = await app.newSession();
  const { message } = await app.sayAndWait(session, script({ call: [wire(9)] }, { text: "well" }));
  const [approval] = await app.pending();
  expect(approval!.expires_at).toBe("2026-03-08T00:00:00.000Z");
  now += 7 * 86_400_000 - 1;
  expect(await app.pending()).toHaveLength(1);
  await app.stop();
  now += 1;
  await using after = await waitingApp({ clock, dataDir: app.dataDir, bank: app.bank });
  const events = await after.follow(session, endsTurn(message.turn_id));
  expect(events.find(({ type }) => type === "approval.resolved")!.data).toMatchObject({ decision: "expired", decided_by: null });
  expect(events.find(({ type }) => type === "tool.completed")!.data).toMatchObject({ status: "denied" });
  // A week of waiting is none of the turn's ten minutes.
  expect(events.at(-1)!.type).toBe("turn.completed");
  const late = await after.decide(session, approval!.id, { decision: "approve" }, 409);
  expect((late.body as unknown as { code: string }).code).toBe("already_decided");
  expect(app.wired).toEqual([]);
});

test("whoever asks what is pending finds nothing that has expired", async () => {
  let now = Date.parse("2026-03-01T00:00:00Z");
  await using app = await waitingApp({ clock: { now: () => now }, env: { APPROVAL_EXPIRES_HOURS: "1" } });
  const session = await app.newSession();
  const { message } = await app.sayAndWait(session, script({ call: [wire(9)] }, { text: "well" }));
  const [approval] = await app.pending();
  now += 3_600_000;
  expect(await app.pending()).toEqual([]);
  expect((await app.expect<Approval>(`GET /v1/approvals/${approval!.id}`, 200)).body.decision).toBe("expired");
  expect((await app.follow(session, endsTurn(message.turn_id))).at(-1)!.type).toBe("turn.completed");
});

test("a turn that waits can be cancelled: its calls are answered, and nobody need decide any more", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  const { message } = await app.sayAndWait(session, script({ call: [wire(9)] }, { text: "never said" }));
  const [approval] = await app.pending();
  const queued = await app.say(session, script({ text: "next" }));
  expect((await app.turn(session, queued.turn_id)).status).toBe("queued");
  await app.expect(`POST ${session.path}/cancel`, 202);
  const events = await app.follow(session, endsTurn(queued.turn_id));
  expect(events.filter(({ type }) => /^turn\.(cancelled|completed)$/.test(type)).map(({ data }) => data.turn_id)).toEqual([
    message.turn_id,
    queued.turn_id,
  ]);
  expect(await app.pending()).toEqual([]);
  await app.decide(session, approval!.id, { decision: "approve" }, 409);
  expect((await app.expect<Approval>(`GET /v1/approvals/${approval!.id}`, 200)).body.decision).toBe("cancelled");
  expect((await app.messages(session)).filter(({ role }) => role === "tool_result")).toHaveLength(1);
  expect(app.wired).toEqual([]);
  expect(await app.status(session)).toBe("pending");
});

test("a message that comes while a turn waits queues, is refused, or takes its place, as it says", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  const { message } = await app.sayAndWait(session, script({ call: [wire(9)] }, { text: "done" }));
  await app.expect(`POST ${session.path}/messages`, 409, { message: { content: "x" }, controls: { when_busy: "reject" } });
  const steering = await app.say(session, script({ text: "one" }), { when_busy: "steer" });
  expect(steering.turn_id).not.toBe(message.turn_id);
  const interrupting = await app.say(session, script({ text: "two" }), { when_busy: "interrupt" });
  const events = await app.follow(session, endsTurn(interrupting.turn_id));
  expect(events.filter(({ type }) => /^turn\.(cancelled|completed)$/.test(type)).map(({ type, data }) => [type, data.turn_id])).toEqual([
    ["turn.cancelled", message.turn_id],
    ["turn.completed", steering.turn_id],
    ["turn.completed", interrupting.turn_id],
  ]);
});

test("a session that waits can be deleted, with what it asked", async () => {
  await using app = await waitingApp();
  const session = await app.newSession();
  await app.sayAndWait(session, script({ call: [wire(9)] }, { text: "done" }));
  const [approval] = await app.pending();
  await app.expect(`DELETE ${session.path}`, 204);
  expect(await app.pending()).toEqual([]);
  await app.expect(`GET /v1/approvals/${approval!.id}`, 404);
  expect((await app.expect<{ total: number }>("GET /v1/approvals?status=all", 200)).body.total).toBe(0);
});

test("the inbox holds what all sessions wait for, newest first, page by page", async () => {
  await using app = await waitingApp();
  const agent = await app.createAgent({ capabilities: ["bank"], name: "Payer" });
  for (const amount of [1, 2, 3]) {
    const session = await app.createSession(agent.id, { title: `session ${amount}` });
    await app.sayAndWait(session, script({ call: [wire(amount)] }, { text: "done" }));
  }
  const items = await app.pending();
  expect(items.map(({ session_title, agent_name }) => [session_title, agent_name])).toEqual([
    ["session 3", "Payer"],
    ["session 2", "Payer"],
    ["session 1", "Payer"],
  ]);
  const page = (await app.expect<{ items: Approval[]; total: number }>("GET /v1/approvals?offset=1&limit=1", 200)).body;
  expect([page.items.map(({ id }) => id), page.total]).toEqual([[items[1]!.id], 3]);
});

test("a decision that comes while the other calls still run is taken up when they are done", async () => {
  const held = bank();
  const gate = Promise.withResolvers<string>();
  const peeking = held.capabilities.at(-1)!.tools.find(({ name }) => name === "peek")!;
  peeking.run = () => gate.promise;
  await using app = await waitingApp({ bank: held });
  const session = await app.newSession();
  const message = await app.say(session, script({ call: [wire(4), peek] }, { text: "done" }));
  await app.follow(session, ({ type }) => type === "approval.requested");
  const [approval] = await app.pending();
  await app.decide(session, approval!.id, { decision: "approve" });
  gate.resolve("seen");
  const events = await app.follow(session, endsTurn(message.turn_id));
  expect(typesOf(events)).not.toContain("waiting");
  expect(app.wired).toEqual([4]);
});
