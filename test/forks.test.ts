import { afterAll, expect, test } from "bun:test";
import type { KeptEventType } from "@/domain/event";
import type { SessionFile } from "@/domain/file";
import type { Session } from "@/domain/session";
import type { Turn } from "@/domain/turn";
import { filesApp, script } from "./files/files-app";
import { UNKNOWN_ID } from "./support/contract-app";

const { app, agent } = await filesApp();
afterAll(() => app[Symbol.asyncDispose]());

type Listed = {
  id: string;
  session_id: string;
  turn_id: string | null;
  sequence: number;
  event_type: KeptEventType;
  data: Record<string, unknown>;
};

const logOf = async (session: { path: string }) =>
  (await app.expect<{ items: Listed[] }>(`GET ${session.path}/events/list?limit=1000`, 200)).body.items;
const fork = async (session: { path: string }, body: object = {}) => {
  const forked = (await app.expect<Session>(`POST ${session.path}/fork`, 201, body)).body;
  return { ...forked, path: `/v1/agents/${forked.agent_id}/sessions/${forked.id}` };
};
const turnsOf = async (session: { path: string }) => (await app.expect<{ items: Turn[] }>(`GET ${session.path}/turns`, 200)).body.items;
const textOf = async (session: { path: string }, path: string) => {
  const { status, body } = await app.get<SessionFile>(`${session.path}/fs${path}`);
  return status === 200 ? body.content : status;
};
/** The conversation without what is new in a fork. */
const saidIn = async (session: { path: string }) =>
  (await app.messages(session)).map(({ role, content, sequence }) => ({ role, content, sequence }));

const write = (path: string, content: string): [string, object] => ["write_file", { path, content }];

test("a fork has the history, with the same sequences and new ids, and goes on from it", async () => {
  const session = await app.createSession(agent.id, { title: "Trunk", tags: ["t"] });
  await app.ask(session, script([write("/a.txt", "one")]));
  await app.ask(session, "second");
  const before = await logOf(session);
  const forked = await fork(session);

  expect(forked).toMatchObject({ title: "Trunk (fork)", tags: ["t"], status: "pending", agent_id: agent.id });
  const after = await logOf(forked);
  expect(after.map(({ sequence }) => sequence)).toEqual(after.map((_, index) => index + 1));
  expect(after.slice(0, before.length).map(({ event_type }) => event_type)).toEqual(before.map(({ event_type }) => event_type));
  expect(after.slice(before.length).map(({ event_type, data }) => [event_type, data])).toEqual([
    ["session.forked", { from_session_id: session.id, after_sequence: before.length }],
    ["session.updated", { title: "Trunk (fork)", status: "pending" }],
  ]);
  expect(await saidIn(forked)).toEqual(await saidIn(session));

  const oldIds = [session.id, ...before.flatMap(({ id, turn_id }) => [id, turn_id ?? id])];
  const told = JSON.stringify(after.slice(0, before.length));
  for (const id of oldIds) expect(told).not.toContain(id);
  const ids = new Set(after.map(({ id }) => id));
  for (const { data, turn_id } of after) {
    if (typeof data.message_id === "string") expect(ids.has(data.message_id)).toBe(true);
    if (turn_id !== null) expect(data.turn_id).toBe(turn_id);
  }
  const turns = await turnsOf(forked);
  expect(turns.map(({ status, usage }) => [status, usage.input_tokens])).toEqual([
    ["completed", 0],
    ["completed", 0],
  ]);
  expect(turns.every(({ message_id }) => ids.has(message_id))).toBe(true);

  await app.ask(session, "third");
  await app.ask(forked, "third");
  const lastUsage = async (where: { path: string }) =>
    (await logOf(where)).findLast(({ event_type }) => event_type === "model.completed")!.data.usage;
  // The simulated model counts what it is shown: both were shown the same.
  expect(await lastUsage(forked)).toEqual(await lastUsage(session));
});

test("the files of a fork are those of its moment, and from then on its own", async () => {
  const session = await app.createSession(agent.id);
  await app.ask(session, script([write("/a.txt", "one"), write("/gone.txt", "here")]));
  const first = (await logOf(session)).at(-1)!.sequence;
  await app.ask(
    session,
    script([write("/a.txt", "two"), ["delete_file", { path: "/gone.txt" }], ["move_file", { src_path: "/a.txt", dst_path: "/b.txt" }]]),
  );
  await app.expect(`PUT ${session.path}/fs/person.txt`, 201, { content: "by hand" });

  const early = await fork(session, { after_sequence: first });
  const late = await fork(session);
  expect([await textOf(early, "/a.txt"), await textOf(early, "/gone.txt"), await textOf(early, "/b.txt")]).toEqual(["one", "here", 404]);
  expect([await textOf(late, "/a.txt"), await textOf(late, "/b.txt"), await textOf(late, "/person.txt")]).toEqual([404, "two", "by hand"]);
  expect(await textOf(late, `/a.txt?at_sequence=${first}`)).toBe("one");

  await app.ask(early, script([write("/a.txt", "mine")]));
  expect([await textOf(early, "/a.txt"), await textOf(session, "/b.txt"), await textOf(late, "/b.txt")]).toEqual(["mine", "two", "two"]);
  await app.call("DELETE", session.path);
  expect([await textOf(early, "/gone.txt"), await textOf(late, "/b.txt")]).toEqual(["here", "two"]);
});

test("wherever it is cut, a fork answers every call, runs nothing, and a message to it is answered", async () => {
  const session = await app.createSession(agent.id);
  await app.ask(session, script([write("/a.txt", "one"), ["read_file", { path: "/a.txt" }]], [["stat_file", { path: "/a.txt" }]]));
  const log = await logOf(session);
  for (let after_sequence = 0; after_sequence <= log.length; after_sequence++) {
    const forked = await fork(session, { after_sequence });
    const events = await logOf(forked);
    const calls = events.flatMap(({ data }) => (data.tool_calls as { id: string }[] | null | undefined) ?? []);
    const answered = events.flatMap(({ event_type, data }) => (event_type === "message.tool_result" ? [data.tool_call_id] : []));
    expect(new Set(answered), `after ${after_sequence}`).toEqual(new Set(calls.map(({ id }) => id)));
    expect(answered).toHaveLength(calls.length);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    for (const turn of await turnsOf(forked)) {
      const ends = events.filter(({ event_type, turn_id }) => turn_id === turn.id && event_type === `turn.${turn.status}`);
      expect([turn.status === "completed" || turn.status === "cancelled", ends.length]).toEqual([true, 1]);
    }
    const isWritten = log.some(({ event_type, sequence }) => event_type === "file.changed" && sequence <= after_sequence);
    expect(await textOf(forked, "/a.txt")).toBe(isWritten ? "one" : 404);
    const { events: next } = await app.ask(forked, "go on");
    expect(next.at(-1)!.type).toBe("turn.completed");
  }
});

test("a turn's end goes with its last message", async () => {
  const session = await app.createSession(agent.id);
  await app.ask(session, "hello");
  const log = await logOf(session);
  const answer = log.find(({ event_type }) => event_type === "message.assistant")!;
  const forked = await fork(session, { after_sequence: answer.sequence });
  expect((await turnsOf(forked)).map(({ status }) => status)).toEqual(["completed"]);
});

test("a fork of a busy session leaves out what has not been answered, and does not disturb it", async () => {
  const session = await app.createSession(agent.id);
  const slow = await app.say(session, 'Wait.\n```simulate\n[{"text":"so far", "hang": true}]\n```');
  await app.follow(session, ({ type }) => type === "message.delta");
  const queued = await app.say(session, "and then this");
  const forked = await fork(session, { title: "Aside" });
  expect(forked.title).toBe("Aside");
  expect((await turnsOf(forked)).map(({ status, started_at }) => [status, started_at !== null])).toEqual([
    ["cancelled", true],
    ["cancelled", false],
  ]);
  // Cancelled before it began: taken back.
  expect((await app.messages(forked)).map(({ content }) => content)).toEqual([slow.content]);
  const { events } = await app.ask(forked, "hello");
  expect(events.at(-1)!.type).toBe("turn.completed");
  expect((await turnsOf(session)).map(({ id, status }) => [id, status])).toEqual([
    [slow.turn_id, "running"],
    [queued.turn_id, "queued"],
  ]);
  await app.post(`${session.path}/cancel`, {});
});

test("a retried message stays one message in a fork", async () => {
  const session = await app.createSession(agent.id);
  const { message } = await app.ask(session, 'Fail.\n```simulate\n[{"error":{"code":"bad_request"}}]\n```');
  await app.expect(`POST ${session.path}/messages/${message.id}/retry`, 202, {});
  await app.follow(session, ({ type, data }) => type === "turn.failed" && data.turn_id !== message.turn_id);
  const forked = await fork(session);
  const [first, , second] = await app.messages(forked);
  expect(second!.metadata).toEqual({ retry_of: first!.id });
});

test("what can't be forked is refused in words", async () => {
  const session = await app.createSession(agent.id);
  await app.expect(`POST ${session.path}/fork`, 400, { after_sequence: 1 });
  await app.expect(`POST ${session.path}/fork`, 400, { after_sequence: -1 });
  await app.expect(`POST /v1/sessions/${UNKNOWN_ID}/fork`, 404, {});
  const { body } = await app.expect<Session>(`POST /v1/sessions/${session.id}/fork`, 201, { after_sequence: 0 });
  expect(body.title).toBeNull();
  const archived = await app.createAgent();
  const old = await app.createSession(archived.id);
  await app.call("DELETE", `/v1/agents/${archived.id}`);
  expect((await app.expect<{ code: string }>(`POST ${old.path}/fork`, 409, {})).body.code).toBe("agent_archived");
});

test("a fork stays with the version of the agent that its session is pinned to", async () => {
  const pinned = await app.createAgent();
  const session = await app.createSession(pinned.id, { agent_version: 1 });
  await app.call("PATCH", `/v1/agents/${pinned.id}`, { system_prompt: "Be long." });
  expect(await fork(session)).toMatchObject({ agent_version: 1 });
});

test("asked twice with one key, it is forked once", async () => {
  const session = await app.createSession(agent.id);
  const key = { "idempotency-key": "once" };
  const one = await app.expect<Session>(`POST ${session.path}/fork`, 201, {}, key);
  const other = await app.expect<Session>(`POST ${session.path}/fork`, 201, {}, key);
  expect(other.body.id).toBe(one.body.id);
});
