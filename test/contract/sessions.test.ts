import { expect, test } from "bun:test";
import type { Session } from "@/domain/session";
import { endsTurn } from "../support/client";
import { contractApp, NOT_FOR_CLIENTS, TIME, UNKNOWN_ID, UUID } from "../support/contract-app";

type List = { items: Session[]; data: Session[]; total: number };

const NO_USAGE = { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0, cost_usd: null };

test("POST {} is enough, and no body at all too", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent();
  const { body } = await app.expect<Session>(`POST /v1/agents/${agent.id}/sessions`, 201, {});
  expect(body).toEqual({
    id: expect.stringMatching(UUID),
    agent_id: agent.id,
    title: null,
    tags: [],
    model_id: null,
    agent_version: null,
    lost_model: null,
    parent_session_id: null,
    parent_tool_call_id: null,
    client_tools: [],
    status: "pending",
    usage: NO_USAGE,
    created_at: expect.stringMatching(TIME),
    updated_at: body.created_at,
    started_at: null,
    finished_at: null,
  });
  expect((await app.expect<Session>(`POST /v1/agents/${agent.id}/sessions`, 201)).body.id).not.toBe(body.id);
  await app.expect(`POST /v1/agents/${UNKNOWN_ID}/sessions`, 404, {});
});

test("a session keeps its agent's model of today, unless it is given one", async () => {
  await using app = await contractApp();
  const [model] = (await app.get<{ id: string }[]>("/v1/llm-models")).body;
  const agent = await app.createAgent({ default_model_id: model!.id });
  const session = await app.createSession(agent.id);
  await app.expect(`PATCH /v1/agents/${agent.id}`, 200, { default_model_id: null });
  expect((await app.expect<Session>(`GET ${session.path}`, 200)).body.model_id).toBe(model!.id);
  expect((await app.createSession(agent.id)).model_id).toBeNull();
  expect((await app.createSession(agent.id, { model_id: model!.id })).model_id).toBe(model!.id);
  const error = { error: "model_id names no model: GET /v1/llm-models lists them" };
  expect((await app.expect(`POST /v1/agents/${agent.id}/sessions`, 400, { model_id: UNKNOWN_ID })).body).toMatchObject(error);
  expect((await app.expect(`PATCH ${session.path}`, 400, { title: "x", model_id: UNKNOWN_ID })).body).toMatchObject(error);
  expect((await app.expect<Session>(`GET ${session.path}`, 200)).body.title).toBeNull();
});

test("PATCH changes what it names, null clears, and the log tells it; an empty PATCH tells nothing", async () => {
  await using app = await contractApp();
  const session = await app.createSession((await app.createAgent()).id, { title: "one", tags: ["a"] });
  const patch = async (body: unknown) => (await app.expect<Session>(`PATCH ${session.path}`, 200, body)).body;
  expect(await patch({ title: "two" })).toMatchObject({ title: "two", tags: ["a"] });
  expect(await patch({ title: null, tags: ["b"] })).toMatchObject({ title: null, tags: ["b"] });
  expect(await patch({})).toMatchObject({ title: null, tags: ["b"] });
  expect(await patch({ ...NOT_FOR_CLIENTS, status: "failed" })).toMatchObject({
    id: session.id,
    agent_id: session.agent_id,
    status: "pending",
    usage: NO_USAGE,
  });
  const { items } = (await app.expect<{ items: { data: unknown }[] }>(`GET ${session.path}/events/list`, 200)).body;
  expect(items.map(({ data }) => data)).toEqual([{ title: "two" }, { title: null, tags: ["b"] }]);
});

test("what a client may not say is ignored", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent();
  const { body } = await app.expect<Session>(`POST /v1/agents/${agent.id}/sessions`, 201, {
    ...NOT_FOR_CLIENTS,
    status: "failed",
    title: "t",
  });
  expect(body).toMatchObject({ agent_id: agent.id, status: "pending", title: "t", usage: NO_USAGE, started_at: null, finished_at: null });
  expect(body.id).not.toBe(UNKNOWN_ID);
  expect(body.created_at).not.toStartWith("2001");
});

test("its first message names a session that has no title, and only that", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent();
  const title = async (path: string) => (await app.expect<Session>(`GET ${path}`, 200)).body.title;
  const unnamed = await app.createSession(agent.id);
  await app.ask(unnamed, "  What is\n\tthe time?  ");
  await app.ask(unnamed, "And the date?");
  expect(await title(unnamed.path)).toBe("What is the time?");

  const withCode = await app.createSession(agent.id);
  await app.ask(withCode, "What does this do?\n```js\n1 + 1\n```");
  expect(await title(withCode.path)).toBe("What does this do?");

  const named = await app.createSession(agent.id, { title: "Mine" });
  await app.ask(named, "hello");
  expect(await title(named.path)).toBe("Mine");

  const long = await app.createSession(agent.id);
  await app.ask(long, "👩‍🚀 word ".repeat(100));
  const cut = (await title(long.path))!;
  expect(cut.length).toBeLessThanOrEqual(80);
  expect(cut).toEndWith("…");
  expect(cut.isWellFormed()).toBe(true);
});

test("a session has times and usage after its first turn", async () => {
  await using app = await contractApp();
  const session = await app.createSession((await app.createAgent()).id);
  await app.ask(session, "hello");
  const { body } = await app.expect<Session>(`GET ${session.path}`, 200);
  expect(body).toMatchObject({ status: "pending", started_at: expect.stringMatching(TIME) });
  expect(body.usage.output_tokens).toBeGreaterThan(0);
});

test("under another agent a session does not exist, for any method; without an agent it has an address too", async () => {
  await using app = await contractApp();
  const [agent, other] = [await app.createAgent(), await app.createAgent()];
  const session = await app.createSession(agent.id);
  await app.ask(session, "hello");
  for (const rest of ["", "/messages", "/events", "/events/list", "/sse", "/turns"]) {
    await app.expect(`GET /v1/agents/${other.id}/sessions/${session.id}${rest}`, 404);
    await app.expect(`GET /v1/agents/${UNKNOWN_ID}/sessions/${session.id}${rest}`, 404);
  }
  await app.expect(`PATCH /v1/agents/${other.id}/sessions/${session.id}`, 404, { title: "x" });
  await app.expect(`POST /v1/agents/${other.id}/sessions/${session.id}/messages`, 404, { message: { content: "x" } });
  await app.expect(`POST /v1/agents/${other.id}/sessions/${session.id}/cancel`, 404);
  await app.expect(`DELETE /v1/agents/${other.id}/sessions/${session.id}`, 404);
  // What cannot be decoded is no agent's id; it is not the same as none.
  await app.expect(`GET /v1/agents/%ff/sessions/${session.id}`, 404);

  for (const rest of ["", "/messages", "/events/list", "/turns"])
    expect((await app.expect(`GET /v1/sessions/${session.id}${rest}`, 200)).body).toEqual(
      (await app.expect(`GET ${session.path}${rest}`, 200)).body,
    );
  expect((await app.expect<Session>(`PATCH /v1/sessions/${session.id}`, 200, { title: "renamed" })).body.title).toBe("renamed");
  const message = (
    await app.expect<{ turn_id: string }>(`POST /v1/sessions/${session.id}/messages`, 201, { message: { content: "again" } })
  ).body;
  await app.follow(session, endsTurn(message.turn_id));
  await app.expect(`DELETE /v1/sessions/${session.id}`, 204);
  await app.expect(`GET ${session.path}`, 404);
});

test("DELETE takes all that the session holds, and only once", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent();
  const [session, other] = [await app.createSession(agent.id), await app.createSession(agent.id)];
  const { message } = await app.ask(session, "hello");
  await app.expect(`DELETE ${session.path}`, 204);
  await app.expect(`DELETE ${session.path}`, 404);
  for (const rest of ["", "/messages", "/events", "/turns", `/messages/${message.id}`, `/turns/${message.turn_id}`])
    await app.expect(`GET ${session.path}${rest}`, 404);
  expect((await app.expect<List>(`GET /v1/agents/${agent.id}/sessions`, 200)).body.items.map(({ id }) => id)).toEqual([other.id]);
});

test("lists: of one agent or of all, newest first, in pages, by words and by tag", async () => {
  await using app = await contractApp();
  const [agent, other] = [await app.createAgent(), await app.createAgent()];
  for (const title of ["alpha", "beta", "Alphabet"]) await app.createSession(agent.id, { title, tags: [title.slice(0, 2)] });
  await app.createSession(other.id, { title: "alpha of another" });
  await app.createSession(agent.id);
  const titles = async (query: string, path = `/v1/agents/${agent.id}/sessions`) => {
    const { body } = await app.expect<List>(`GET ${path}${query}`, 200);
    expect(body.data).toEqual(body.items);
    return [body.total, ...body.items.map(({ title }) => title)];
  };
  expect(await titles("")).toEqual([4, null, "Alphabet", "beta", "alpha"]);
  expect(await titles("?offset=1&limit=2")).toEqual([4, "Alphabet", "beta"]);
  expect(await titles("?search=ALPHA")).toEqual([2, "Alphabet", "alpha"]);
  expect(await titles("?tag=al")).toEqual([1, "alpha"]);
  expect(await titles("?search=alpha", "/v1/sessions")).toEqual([3, "alpha of another", "Alphabet", "alpha"]);
  expect(await titles("?limit=1", "/v1/sessions")).toEqual([5, null]);
  expect(await titles(`?agent_id=${other.id}`, "/v1/sessions")).toEqual([1, "alpha of another"]);
  expect(await titles("?status=pending&tag=Al", "/v1/sessions")).toEqual([1, "Alphabet"]);
  expect(await titles("?status=running")).toEqual([0]);
  await app.expect("GET /v1/sessions?status=asleep", 400);
  await app.expect(`GET /v1/agents/${UNKNOWN_ID}/sessions`, 404);
});
