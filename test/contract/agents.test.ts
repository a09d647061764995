import { expect, test } from "bun:test";
import type { Agent } from "@/domain/agent";
import { contractApp, NOT_FOR_CLIENTS, TIME, UNKNOWN_ID, UUID } from "../support/contract-app";

type List = { items: Agent[]; data: Agent[]; total: number; offset: number; limit: number };

test("an agent needs a name and a prompt; all else has a value from the start", async () => {
  await using app = await contractApp();
  const { body, headers } = await app.expect<Agent>("POST /v1/agents", 201, { name: "  Ada  ", system_prompt: "Be brief." });
  expect(body).toEqual({
    id: expect.stringMatching(UUID),
    name: "Ada",
    description: null,
    system_prompt: "Be brief.",
    default_model_id: null,
    fallback_model_id: null,
    lost_model: null,
    capabilities: [],
    tools: [],
    tool_policies: null,
    tags: [],
    version: 1,
    visibility: "private",
    status: "active",
    created_at: expect.stringMatching(TIME),
    updated_at: body.created_at,
  });
  expect(headers.get("content-type")).toBe("application/json;charset=utf-8");
  expect((await app.expect<Agent>(`GET /v1/agents/${body.id}`, 200)).body).toEqual(body);
});

test("text comes back as it was given, in any script", async () => {
  await using app = await contractApp();
  const system_prompt = 'Grüße, 世界 👩‍👩‍👧 \u202e "quotes" \\ \n\t </script> %s $(x) \u2028';
  const { body } = await app.expect<Agent>("POST /v1/agents", 201, { name: "名前", system_prompt, tags: ["é", "a b", "%_\\"] });
  expect(body).toMatchObject({ name: "名前", system_prompt, tags: ["é", "a b", "%_\\"] });
});

test("what a client may not say is ignored", async () => {
  await using app = await contractApp();
  const { body } = await app.expect<Agent>("POST /v1/agents", 201, {
    ...NOT_FOR_CLIENTS,
    status: "archived",
    name: "n",
    system_prompt: "",
  });
  expect(body.id).not.toBe(UNKNOWN_ID);
  expect(body).toMatchObject({ status: "active", name: "n" });
  expect(body.created_at).not.toStartWith("2001");
  const changed = (await app.expect<Agent>(`PATCH /v1/agents/${body.id}`, 200, { ...NOT_FOR_CLIENTS, name: "m" })).body;
  expect(changed).toEqual({ ...body, name: "m", version: 2, updated_at: changed.updated_at });
  expect(changed.updated_at).not.toStartWith("2001");
  const raw = '{"name":"x","system_prompt":"","__proto__":{"name":"y","isAdmin":true},"constructor":1,"toString":2}';
  expect((await app.expect<Agent>("POST /v1/agents", 201, raw, { "content-type": "application/json" })).body.name).toBe("x");
});

test("PATCH changes what it names, and null clears what may be empty", async () => {
  await using app = await contractApp();
  const [model] = (await app.get<{ id: string }[]>("/v1/llm-models")).body;
  const agent = await app.createAgent({
    description: "first",
    tags: ["a"],
    capabilities: ["noop"],
    default_model_id: model!.id.toUpperCase(),
  });
  expect(agent.default_model_id).toBe(model!.id);
  const patch = async (body: unknown) => (await app.expect<Agent>(`PATCH /v1/agents/${agent.id}`, 200, body)).body;

  expect(await patch({ name: "Second" })).toMatchObject({ ...agent, name: "Second", version: 2, updated_at: expect.stringMatching(TIME) });
  expect(await patch({ description: null, default_model_id: null })).toMatchObject({
    description: null,
    default_model_id: null,
    tags: ["a"],
  });
  expect(await patch({ tags: [], visibility: "shared", system_prompt: "" })).toMatchObject({
    tags: [],
    version: 4,
    visibility: "shared",
    system_prompt: "",
  });
  expect(await patch({})).toMatchObject({ name: "Second", capabilities: ["noop"] });
  await app.expect(`PATCH /v1/agents/${agent.id}`, 400, { name: null });
  await app.expect(`PATCH /v1/agents/${UNKNOWN_ID}`, 404, { name: "x" });
});

test("a model that does not exist is refused in words, and nothing is changed", async () => {
  await using app = await contractApp();
  const error = { error: "default_model_id names no model: GET /v1/llm-models lists them" };
  expect((await app.expect("POST /v1/agents", 400, { name: "x", system_prompt: "", default_model_id: UNKNOWN_ID })).body).toMatchObject(
    error,
  );
  const agent = await app.createAgent();
  expect((await app.expect(`PATCH /v1/agents/${agent.id}`, 400, { name: "y", default_model_id: UNKNOWN_ID })).body).toMatchObject(error);
  expect((await app.expect<List>("GET /v1/agents", 200)).body.items).toEqual([agent]);
});

test("DELETE archives: hidden from the list, still there, no new session, and not deleted twice", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent();
  const session = await app.createSession(agent.id);
  await app.expect(`DELETE /v1/agents/${agent.id}`, 204);
  await app.expect(`DELETE /v1/agents/${agent.id}`, 404);
  await app.expect(`DELETE /v1/agents/${UNKNOWN_ID}`, 404);

  expect((await app.expect<Agent>(`GET /v1/agents/${agent.id}`, 200)).body.status).toBe("archived");
  const refused = await app.expect(`POST /v1/agents/${agent.id}/sessions`, 409, {});
  expect(refused.body).toMatchObject({ code: "agent_archived" });
  await app.expect(`GET ${session.path}`, 200);

  const ids = async (query: string) => (await app.expect<List>(`GET /v1/agents${query}`, 200)).body.items.map(({ id }) => id);
  const other = await app.createAgent();
  expect(await ids("")).toEqual([other.id]);
  expect(await ids("?status=archived")).toEqual([agent.id]);
  expect(await ids("?status=all")).toEqual([other.id, agent.id]);
  await app.expect(`PATCH /v1/agents/${agent.id}`, 200, { status: "active" });
  await app.expect(`POST /v1/agents/${agent.id}/sessions`, 201, {});
});

test("the list is newest first, in pages, with the same items under two names", async () => {
  await using app = await contractApp();
  for (let nth = 1; nth <= 7; nth++) await app.createAgent({ name: `agent ${nth}` });
  const list = async (query: string) => (await app.expect<List>(`GET /v1/agents${query}`, 200)).body;
  const names = (page: List) => page.items.map(({ name }) => name.slice(-1)).join("");

  const all = await list("");
  expect([names(all), all.total, all.offset, all.limit]).toEqual(["7654321", 7, 0, 100]);
  expect(all.data).toEqual(all.items);
  const page = await list("?offset=2&limit=3");
  expect([names(page), page.total, page.offset, page.limit]).toEqual(["543", 7, 2, 3]);
  expect(names(await list("?offset=7"))).toBe("");
  expect(names(await list("?limit=1000&offset=6"))).toBe("1");
});

test("search looks into names and descriptions, tag for exactly one tag", async () => {
  await using app = await contractApp();
  await app.createAgent({ name: "100% Wool", tags: ["a", "b%"] });
  await app.createAgent({ name: "Cotton", description: "soft as WOOL", tags: ["ab", 'quo"ted'] });
  await app.createAgent({ name: "under_score", tags: ["\\"] });
  const names = async (query: string) => (await app.expect<List>(`GET /v1/agents?${query}`, 200)).body.items.map(({ name }) => name);

  expect(await names("search=wool")).toEqual(["Cotton", "100% Wool"]);
  expect(await names("search=0%25")).toEqual(["100% Wool"]);
  expect(await names("search=r_s")).toEqual(["under_score"]);
  expect(await names("search=%25")).toEqual(["100% Wool"]);
  expect(await names("search='%3B--")).toEqual([]);
  expect(await names("search=")).toHaveLength(3);
  expect(await names("tag=a")).toEqual(["100% Wool"]);
  expect(await names("tag=ab")).toEqual(["Cotton"]);
  expect(await names("tag=b%25")).toEqual(["100% Wool"]);
  expect(await names("tag=%5C")).toEqual(["under_score"]);
  expect(await names("tag=quo%22ted")).toEqual(["Cotton"]);
  expect(await names("tag=%22,%22")).toEqual([]);
  expect(await names("search=wool&tag=a")).toEqual(["100% Wool"]);
});
