import { describe, expect, test } from "bun:test";
import { sse } from "@/http/sse";
import { endsTurn, readStream, type StreamedEvent } from "../support/client";
import { validate } from "../support/conforms";
import { type ContractApp, contractApp, UNKNOWN_ID } from "../support/contract-app";

type Listed = {
  id: string;
  session_id: string;
  turn_id: string | null;
  sequence: number;
  event_type: string;
  data: Record<string, unknown>;
};
type List = { items: Listed[]; data: Listed[]; total: number };

const script = (...steps: unknown[]) => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;

async function talkedSession(app: ContractApp) {
  const session = await app.createSession((await app.createAgent({ capabilities: ["test_math"] })).id);
  const { message, events } = await app.ask(session, "what is 6 times 7?");
  // The session's status follows its turn in the same transaction.
  events.push(...(await app.follow(session, ({ type }) => type === "session.updated", events.at(-1)!.id!)));
  return { session, message, events, kept: events.filter(({ id }) => id !== null) };
}

/** What is read from the stream until its last kept event, deltas left out. */
async function readFrom(app: ContractApp, path: string, last: number, headers: Record<string, string> = {}): Promise<StreamedEvent[]> {
  const control = new AbortController();
  const read: StreamedEvent[] = [];
  for await (const event of readStream(await fetch(app.url + path, { headers, signal: control.signal }))) {
    if (event.id !== null) read.push(event);
    if (event.id === last) break;
  }
  control.abort();
  return read;
}

test("the stream says what it is, to browsers and to proxies, and is never compressed", async () => {
  await using app = await contractApp();
  const { session } = await talkedSession(app);
  for (const path of [
    `${session.path}/events`,
    `${session.path}/sse`,
    `/v1/sessions/${session.id}/events`,
    `/v1/sessions/${session.id}/sse`,
  ]) {
    const control = new AbortController();
    const response = await fetch(app.url + path, { headers: { "accept-encoding": "gzip, br, zstd" }, signal: control.signal });
    const { value } = await response.body!.getReader().read();
    control.abort();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(new TextDecoder().decode(value)).toStartWith("retry: 1000\n");
  }
});

test("every frame is an event that the document describes, numbered from 1 without holes", async () => {
  await using app = await contractApp();
  const { session, events, kept } = await talkedSession(app);
  expect(kept.map(({ id }) => id)).toEqual(kept.map((_, index) => index + 1));
  const answer = app.document.paths["/v1/agents/{agent_id}/sessions/{session_id}/events"]!.get!.responses["200"] as {
    content: Record<string, { schema: Parameters<typeof validate>[2] }>;
  };
  for (const { type, data } of events) validate(app.document, type, answer.content["text/event-stream"]!.schema, data);
  const { items } = (await app.expect<List>(`GET ${session.path}/events/list`, 200)).body;
  expect(items.map(({ sequence, event_type, data }): StreamedEvent => ({ id: sequence, type: event_type, data }))).toEqual(kept);
});

test("from every place in the log, each of three ways to resume gives exactly the rest", async () => {
  await using app = await contractApp();
  const { session, kept } = await talkedSession(app);
  const { items } = (await app.expect<List>(`GET ${session.path}/events/list`, 200)).body;
  const last = kept.length;
  for (let after = 0; after < last; after++) {
    const rest = kept.slice(after);
    expect(await readFrom(app, `${session.path}/events`, last, { "last-event-id": String(after) })).toEqual(rest);
    expect(await readFrom(app, `${session.path}/events?after_sequence=${after}`, last)).toEqual(rest);
    if (after > 0) expect(await readFrom(app, `${session.path}/events?since_id=${items[after - 1]!.id}`, last)).toEqual(rest);
  }
  // A browser repeats the address when it reconnects, and says in the header how far it came.
  expect(await readFrom(app, `${session.path}/events?after_sequence=1`, last, { "last-event-id": "5" })).toEqual(kept.slice(5));
  expect(await readFrom(app, `${session.path}/events`, last, { "last-event-id": "nonsense" })).toEqual(kept);
});

test("clients that come and go while a turn runs miss nothing and see nothing twice", async () => {
  await using app = await contractApp();
  const session = await app.createSession((await app.createAgent({ capabilities: ["test_math"] })).id);
  const call = { call: [{ name: "add", arguments: { a: 1, b: 2 } }] };
  const message = await app.say(session, script(...Array.from({ length: 6 }, () => call), { repeat: "word ", times: 30, delay_ms: 2 }));

  const wanderer = async (stay: number): Promise<StreamedEvent[]> => {
    const seen: StreamedEvent[] = [];
    for (;;) {
      const control = new AbortController();
      const headers = { "last-event-id": String(seen.at(-1)?.id ?? 0) };
      let left = stay;
      for await (const event of readStream(await fetch(`${app.url}${session.path}/events`, { headers, signal: control.signal }))) {
        if (event.id !== null) seen.push(event);
        if (endsTurn(message.turn_id)(event) || --left === 0) break;
      }
      control.abort();
      if (endsTurn(message.turn_id)(seen.at(-1) ?? { id: null, type: "", data: {} })) return seen;
    }
  };
  const all = await Promise.all([1, 2, 3, 5, 8, 1000].map(wanderer));
  const { items } = (await app.expect<List>(`GET ${session.path}/events/list`, 200)).body;
  expect(items.at(-1)!.event_type).toBe("session.updated");
  for (const seen of all) expect(seen.map(({ id }) => id)).toEqual(items.slice(0, -1).map(({ sequence }) => sequence));
});

test("the log is a list for whoever asks for JSON, in pages and from a place on", async () => {
  await using app = await contractApp();
  const { session, kept } = await talkedSession(app);
  const list = async (path: string, headers = {}) => (await app.call<List>("GET", session.path + path, undefined, headers)).body;
  const all = await list("/events/list");
  expect(all.data).toEqual(all.items);
  expect(all.total).toBe(kept.length);
  expect(await list("/events", { accept: "application/json" })).toEqual(all);
  expect(await list("/events", { accept: "text/html, application/json;q=0.9" })).toEqual(all);
  expect((await list("/events/list?offset=2&limit=3")).items).toEqual(all.items.slice(2, 5));
  expect((await list("/events/list?after_sequence=4&limit=2")).items).toEqual(all.items.slice(4, 6));
  expect((await list(`/events/list?since_id=${all.items[6]!.id.toUpperCase()}`)).items).toEqual(all.items.slice(7));
  expect(all.items.every(({ session_id }) => session_id === session.id)).toBe(true);
});

test("types filters the list and the stream, and refuses a type that there is not", async () => {
  await using app = await contractApp();
  const { session, kept } = await talkedSession(app);
  const wanted = kept.filter(({ type }) => type === "message.user" || type === "turn.completed");
  const query = "?types=message.user,%20turn.completed";
  const { items, total } = (await app.expect<List>(`GET ${session.path}/events/list${query}`, 200)).body;
  expect([total, items.map(({ sequence }) => sequence)]).toEqual([2, wanted.map(({ id }) => id!)]);
  expect(await readFrom(app, `${session.path}/events${query}`, wanted.at(-1)!.id!)).toEqual(wanted);
  for (const types of ["nope", "", "message.user,", "message.user,nope"])
    await app.expect(`GET ${session.path}/events/list?types=${types}`, 400);
});

test("a place that is not in this session is refused", async () => {
  await using app = await contractApp();
  const { session } = await talkedSession(app);
  const other = await talkedSession(app);
  const foreign = (await app.expect<List>(`GET ${other.session.path}/events/list`, 200)).body.items[0]!.id;
  for (const id of [foreign, UNKNOWN_ID, session.id])
    expect((await app.expect(`GET ${session.path}/events?since_id=${id}`, 400)).body).toMatchObject({
      error: "since_id names no event of this session",
    });
  await app.expect(`GET ${session.path}/events?after_sequence=-1`, 400);
});

test("HEAD does not wait for a stream's end", async () => {
  await using app = await contractApp();
  const { session } = await talkedSession(app);
  const response = await fetch(`${app.url}${session.path}/events`, { method: "HEAD" });
  expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
    200,
    "text/event-stream; charset=utf-8",
    "",
  ]);
});

describe("a stream that has nothing to say", () => {
  const silent = (heartbeatMs: number) => {
    const left = new AbortController();
    async function* source() {
      yield [{ sequence: 1, type: "turn.started", json: '{"a":"line\\nline"}' }];
      await new Promise(() => {});
    }
    return { response: sse(source(), () => left.abort(), heartbeatMs), isLeft: () => left.signal.aborted };
  };

  test("sends comments, and stops its source when the client leaves", async () => {
    const { response, isLeft } = silent(5);
    const reader = response.body!.getReader();
    const chunks: string[] = [];
    while (chunks.length < 5) chunks.push(new TextDecoder().decode((await reader.read()).value));
    expect(chunks[1]).toBe('id: 1\nevent: turn.started\ndata: {"a":"line\\nline"}\n\n');
    expect(chunks.slice(2).every((chunk) => /^: .*\n\n$/.test(chunk))).toBe(true);
    expect(isLeft()).toBe(false);
    await reader.cancel();
    expect(isLeft()).toBe(true);
  });
});
