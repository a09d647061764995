import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Agent } from "@/domain/agent";
import { contractApp } from "../support/contract-app";
import { openStored } from "../support/stored";
import { script } from "../waits/waiting-app";

type Seen = { method: string; path: string; headers: Headers; body: string };

const SECRET = "canary-secret-5f2c";
let seen: Seen[] = [];
let service: ReturnType<typeof Bun.serve>;
let answer: (request: Request) => Response | Promise<Response>;

beforeAll(() => {
  service = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      seen.push({ method: request.method, path: pathname + search, headers: request.headers, body: await request.text() });
      return answer(request);
    },
  });
});
afterAll(() => service.stop(true));
beforeEach(() => {
  seen = [];
  answer = () => Response.json({ fine: true });
});

const at = (path: string) => `http://127.0.0.1:${service.port}${path}`;
const properties = {
  id: { type: "string" },
  q: { type: "string" },
  tags: { type: "array", items: { type: "string" } },
  size: { type: "integer" },
};
const parameters = { type: "object", properties };
const lookUp = (fields: Record<string, unknown> = {}) => ({
  type: "http",
  name: "look_up",
  method: "GET",
  url: at("/items/{id}"),
  parameters,
  ...fields,
});

const headersIn = ({ tools }: Agent) => tools.flatMap((tool) => (tool.type === "http" ? [tool.headers] : []))[0];

type App = Awaited<ReturnType<typeof contractApp>>;

/** Lets an agent with this tool call it, and answers how the call ended. */
async function called(app: App, tool: Record<string, unknown>, given: unknown) {
  const agent = await app.createAgent({ tools: [tool] });
  const session = await app.createSession(agent.id);
  const { events } = await app.ask(session, script({ call: [{ name: "look_up", arguments: given }] }, { text: "done" }));
  return events.find(({ type }) => type === "tool.completed")!.data;
}

test("arguments go into the address encoded, and what it does not take into the query", async () => {
  await using app = await contractApp();
  const data = await called(app, lookUp({ headers: { "X-Team": "blue" } }), { id: "a/b c?&#ü", q: "x&y=1", tags: ["one", "two"], size: 3 });
  expect(data).toMatchObject({ status: "ok", result: { fine: true } });
  expect(seen).toHaveLength(1);
  expect([seen[0]!.method, seen[0]!.path]).toEqual(["GET", "/items/a%2Fb%20c%3F%26%23%C3%BC?q=x%26y%3D1&tags=one&tags=two&size=3"]);
  expect(seen[0]!.headers.get("x-team")).toBe("blue");
});

test("a method with a body sends the rest as JSON, and an idempotent tool says which call it is", async () => {
  await using app = await contractApp();
  const tool = lookUp({ method: "PUT", query: ["q"], effect: "idempotent" });
  const data = await called(app, tool, { id: "1", q: "x", size: 3 });
  expect(seen[0]).toMatchObject({ method: "PUT", path: "/items/1?q=x", body: '{"size":3}' });
  expect(seen[0]!.headers.get("content-type")).toBe("application/json");
  expect(seen[0]!.headers.get("idempotency-key")).toBe(`${data.turn_id}/${data.tool_call_id}`);
});

test("an argument cannot climb out of its place, be left out, or be of another kind", async () => {
  await using app = await contractApp();
  for (const id of ["..", ".", "%2e%2e", ""]) {
    const data = await called(app, lookUp(), { id });
    if (id === "%2e%2e") expect(seen.pop()!.path).toBe("/items/%252e%252e");
    else expect([id, data.status]).toEqual([id, "error"]);
  }
  expect((await called(app, lookUp(), {})).error).toContain("id is needed");
  expect((await called(app, lookUp(), { id: "1", size: "large" })).error).toStartWith("Bad arguments: size");
  expect(seen).toEqual([]);
});

test("what a service answers is JSON or text, cut where it is too long; what is no success is an error with its status", async () => {
  await using app = await contractApp();
  answer = () => new Response("plain words");
  expect((await called(app, lookUp(), { id: "1" })).result).toBe("plain words");
  answer = () => new Response("{broken", { headers: { "content-type": "application/json" } });
  expect((await called(app, lookUp(), { id: "1" })).result).toBe("{broken");
  answer = () => new Response("x".repeat(1_000_000));
  expect((await called(app, lookUp(), { id: "1" })).result).toEqual({ text: "x".repeat(256 * 1024), truncated: true });
  answer = () => new Response("no such item".repeat(1000), { status: 404 });
  const missing = await called(app, lookUp(), { id: "1" });
  expect(missing.status).toBe("error");
  expect(missing.error).toStartWith("The service answered 404: no such item");
  expect(String(missing.error).length).toBeLessThan(2100);
  answer = () => Response.redirect(at("/elsewhere"));
  expect((await called(app, lookUp(), { id: "1" })).error).toContain("The service answered 302");
  expect(seen.map(({ path }) => path)).not.toContain("/elsewhere");
  expect(await called(app, lookUp({ url: "http://127.0.0.1:1/{id}" }), { id: "1" })).toMatchObject({
    status: "error",
    error: "The service cannot be reached",
  });
});

test("of an unsafe call that was sent and not answered it is said that nobody knows whether it took effect", async () => {
  await using app = await contractApp();
  const late = lookUp({ timeout_ms: 100 });
  answer = () => new Promise<Response>(() => {});
  expect(await called(app, late, { id: "1" })).toMatchObject({
    status: "interrupted",
    error: "The service did not answer within 100 ms. Whether it took effect is unknown: check before you call it again.",
  });
  expect(await called(app, { ...late, effect: "idempotent" }, { id: "1" })).toMatchObject({
    status: "error",
    error: "The service did not answer within 100 ms",
  });
  using deaf = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: (socket) => void socket.terminate() } });
  const url = `http://127.0.0.1:${deaf.port}/{id}`;
  expect(await called(app, lookUp({ url }), { id: "1" })).toMatchObject({
    status: "interrupted",
    error: expect.stringContaining("Whether it took effect is unknown"),
  });
});

test("a secret header is sent and shown to nobody; it stays when the agent is changed, and goes to no other host", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent({ tools: [lookUp({ headers: { Authorization: { secret: SECRET } } })] });
  expect(headersIn(agent)).toEqual({ Authorization: { secret_set: true } });
  const line = `PATCH /v1/agents/${agent.id}`;
  const session = await app.createSession(agent.id);
  const sent = async () => {
    seen = [];
    const { events } = await app.ask(
      session,
      script({ call: [{ name: "look_up", arguments: { id: "1" } }] }, { text: crypto.randomUUID() }),
    );
    return { auth: seen[0]?.headers.get("authorization"), end: events.findLast(({ type }) => type === "tool.completed")!.data };
  };
  expect((await sent()).auth).toBe(SECRET);

  const kept = { Authorization: { secret_set: true } };
  const renamed = await app.expect<Agent>(line, 200, { tools: [lookUp({ url: at("/other/{id}"), headers: kept })] });
  expect(headersIn(renamed.body)).toEqual(kept);
  expect((await sent()).auth).toBe(SECRET);

  const moved = await app.expect<Agent>(line, 200, {
    tools: [lookUp({ url: `http://localhost:${service.port}/{id}`, headers: kept })],
  });
  expect(headersIn(moved.body)).toEqual({ Authorization: { secret_set: false } });
  const refused = await sent();
  expect([refused.auth, refused.end.status]).toEqual([undefined, "error"]);

  const everything = JSON.stringify([
    (await app.get(`/v1/agents/${agent.id}`)).body,
    (await app.get("/v1/agents")).body,
    (await app.get(`/v1/agents/${agent.id}/versions`)).body,
    (await app.get(`${session.path}/events/list`)).body,
  ]);
  expect(everything).not.toContain(SECRET);
  const stored = openStored(app.dataDir);
  expect(stored.text()).not.toContain(SECRET);
  stored.close();
});

test("a secret that a service repeats is shown to nobody either", async () => {
  await using app = await contractApp();
  const tool = lookUp({ headers: { Authorization: { secret: `Bearer ${SECRET}` } } });
  answer = ({ headers }) => Response.json({ you_sent: headers.get("authorization") });
  expect((await called(app, tool, { id: "1" })).result).toEqual({ you_sent: "[redacted]" });
  answer = ({ headers }) => new Response(`no such key: ${headers.get("authorization")!.slice(7)}`, { status: 401 });
  expect((await called(app, tool, { id: "1" })).error).toBe("The service answered 401: no such key: [redacted]");
});

test("a tool's policy holds like any other", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent({ tools: [lookUp({ policy: "requires_approval" })] });
  const session = await app.createSession(agent.id);
  await app.say(session, script({ call: [{ name: "look_up", arguments: { id: "1" } }] }, { text: "done" }));
  await app.follow(session, ({ type }) => type === "approval.requested");
  expect(seen).toEqual([]);
});

test("what an agent is given must be tools", async () => {
  await using app = await contractApp();
  const bad = [
    { url: "ftp://example.com/{id}" },
    { url: "http://{id}.example.com/" },
    { url: "http://user:pw@example.com/{id}" },
    { url: "http://example.com/{nobody}" },
    { url: "http://example.com/{id" },
    { url: "http://example.com/#{id}" },
    { url: "/items/{id}" },
    { query: ["nobody"] },
    { method: "TRACE" },
    { effect: "transactional" },
    { headers: { Host: "x" } },
    { headers: { "X-A": "line\nbreak" } },
    { headers: { "X A": "b" } },
    { headers: { "X-A": { secret: "" } } },
    { parameters: { type: "object", properties: 5 } },
    { timeout_ms: 0 },
    { name: "a b" },
    { type: "ftp" },
  ];
  for (const fields of bad) await app.expect("POST /v1/agents", 400, { name: "A", system_prompt: "", tools: [lookUp(fields)] });
  await app.expect("POST /v1/agents", 400, { name: "A", system_prompt: "", tools: [lookUp(), lookUp()] });
});
