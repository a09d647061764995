import { afterAll, describe, expect, test } from "bun:test";
import { accountsApp, bearerOf, JWT_SECRET, type Person } from "../support/accounts-app";
import { badCredentials } from "../support/bad-credentials";
import { type Answer, endsTurn, readStream } from "../support/client";
import { conforms } from "../support/conforms";
import { type Documented, documentedRoutes, filled } from "../support/documented-routes";
import { head, rawHttp } from "../support/raw-http";
import { inOrder, isAdministration, isClosed, isInScope, lineOf, usesOwned } from "../support/route-rights";
import { openStored } from "../support/stored";
import { rightBody } from "../support/wrong-values";

const DAY_MS = 24 * 3_600_000;

// What is over by now was made two days ago.
const app = await accountsApp({}, -2 * DAY_MS);
const admin = await app.register("admin");
const owner = await app.register("owner");
const other = await app.register("other");
const disabled = await app.register("disabled");
const spare = await app.register("spare");
const keyOfDisabled = await app.createKey(disabled);
const overKey = await app.createKey(owner, { expires_in_days: 1 });
const overToken = owner.tokens.access_token;
app.clock.offsetMs = 0;
for (const person of [admin, owner, other, disabled]) {
  person.tokens = await app.signIn(person);
  person.bearer = bearerOf(person.tokens.access_token);
}

const create = async <Body extends { id: string }>(person: Person, path: string, body: unknown): Promise<Body> => {
  const answer = await app.post<Body>(path, body, person.bearer);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

type Things = { agent_id: string; session_id: string; message_id: string; turn_id: string; key_id: string };

/** An agent with a session in which something was said. */
async function madeBy(person: Person, visibility: "private" | "shared"): Promise<Things> {
  const agent = await create(person, "/v1/agents", { name: "Agent", system_prompt: "", visibility });
  return { ...(await sessionOf(person, agent.id)), ...(await madeKey(person)) };
}

async function sessionOf(person: Person, agentId: string): Promise<Omit<Things, "key_id">> {
  const session = await create(person, `/v1/agents/${agentId}/sessions`, {});
  const message = await create<{ id: string; turn_id: string }>(person, `/v1/sessions/${session.id}/messages`, {
    message: { content: "hello" },
  });
  const control = new AbortController();
  const stream = await fetch(`${app.url}/v1/sessions/${session.id}/events`, { headers: person.bearer, signal: control.signal });
  for await (const event of readStream(stream)) if (endsTurn(message.turn_id)(event)) break;
  control.abort();
  return { agent_id: agentId, session_id: session.id, message_id: message.id, turn_id: message.turn_id };
}

const [model] = (await app.get<{ id: string; provider_id: string }[]>("/v1/llm-models", admin.bearer)).body;
await app.call("PATCH", `/v1/llm-providers/${model!.provider_id}`, { settings: { delay_ms: 0 } }, admin.bearer);

async function madeModel(): Promise<{ provider_id: string; model_id: string }> {
  const provider = { name: crypto.randomUUID(), provider_type: "custom", base_url: "http://127.0.0.1:1/v1" };
  const { id } = await create(admin, "/v1/llm-providers", provider);
  const made = await create(admin, `/v1/llm-providers/${id}/models`, { model_id: "model", display_name: "Model" });
  return { provider_id: id, model_id: made.id };
}
const madeKey = async (person: Person) => ({ key_id: (await app.createKey(person)).id });

const own = await madeBy(owner, "private");
const shared = await madeBy(owner, "shared");
const ofOther = await sessionOf(other, shared.agent_id);
const common: Record<string, string> = {
  provider_id: model!.provider_id,
  model_id: model!.id,
  capability_id: "noop",
  provider: "google",
  users: spare.id,
  version: "1",
  mcp_server_id: (await create(admin, "/v1/mcp-servers", { name: "tools", url: "http://127.0.0.1:1/mcp" })).id,
};
/** A call of the owner's that waits for a person. */
async function askedOf(person: Person): Promise<string> {
  const policies = { capabilities: ["test_math"], tool_policies: { add: "requires_approval" } };
  const agent = await create(person, "/v1/agents", { name: "Careful", system_prompt: "", ...policies });
  const session = await create(person, `/v1/agents/${agent.id}/sessions`, {});
  const steps = JSON.stringify([{ call: [{ name: "add", arguments: { a: 1, b: 2 } }] }]);
  await create(person, `/v1/sessions/${session.id}/messages`, { message: { content: `\`\`\`simulate\n${steps}\n\`\`\`` } });
  const control = new AbortController();
  const stream = await fetch(`${app.url}/v1/sessions/${session.id}/events`, { headers: person.bearer, signal: control.signal });
  let id = "";
  for await (const { type, data } of readStream(stream)) {
    if (type === "approval.requested") id = String(data.approval_id);
    if (type === "session.updated" && data.status === "waiting") break;
  }
  control.abort();
  return id;
}
common.approvals = await askedOf(owner);

const UNKNOWN_ID = "0199a3b1-1111-7222-8333-944455556666";

const routes = documentedRoutes(app.document);
const closed = routes.filter(isClosed);

async function send(route: Documented, things: Partial<Things>, headers: Record<string, string>): Promise<Answer<{ code?: string }>> {
  const path = filled(route.path, (meaning) => ({ ...common, ...things })[meaning] ?? UNKNOWN_ID);
  const address = route.queries.some(({ name }) => name === "q") ? `${path}?q=hello` : path;
  const body = route.body ? JSON.stringify(rightBody(app.document, route.body)) : undefined;
  const control = new AbortController();
  const response = await fetch(app.url + address, {
    method: route.method,
    headers: { ...(body ? { "content-type": "application/json" } : {}), ...headers },
    ...(body ? { body } : {}),
    redirect: "manual",
    signal: control.signal,
  });
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  const answer = { status: response.status, headers: response.headers, body: isJson ? ((await response.json()) as object) : {} };
  control.abort();
  return answer;
}

const ended = await app.signIn(owner);
await app.post("/api/auth/logout", undefined, bearerOf(ended.access_token));
const revokedKey = await app.createKey(owner);
await app.call("DELETE", `/api/auth/api-keys/${revokedKey.id}`, undefined, owner.bearer);
const { bearer: ofDisabled } = disabled;
app.change("update users set status = 'disabled' where id = ?", disabled.id);

const NO_GOOD: [who: string, headers: Record<string, string>][] = [
  ...(await badCredentials({ secret: JWT_SECRET, accessToken: owner.tokens.access_token, refreshToken: owner.tokens.refresh_token })),
  ["a token that is over", bearerOf(overToken)],
  ["a token that is over, as a cookie", { cookie: `access_token=${overToken}` }],
  ["a token of an ended login", bearerOf(ended.access_token)],
  ["a revoked key", { authorization: `ApiKey ${revokedKey.key}` }],
  ["a key that is over", { authorization: `Bearer ${overKey.key}` }],
  ["a disabled user", ofDisabled],
  ["a disabled user's key", { authorization: keyOfDisabled.key }],
];

afterAll(() => app[Symbol.asyncDispose]());

test("the matrix holds every route, and only the contract's are public", () => {
  expect(routes.length).toBeGreaterThan(60);
  const isOpen = ({ method, path }: Documented) => app.document.paths[path]![method.toLowerCase()]!.security !== undefined;
  expect(routes.filter(isOpen).map(lineOf)).toEqual(routes.filter((route) => !closed.includes(route)).map(lineOf));
});

describe.each(NO_GOOD)("%s", (_, headers) => {
  const stored = openStored(app.dataDir);
  const before = stored.fingerprint();
  afterAll(() => stored.close());

  test("is refused everywhere, and changes nothing", async () => {
    for (const route of closed) {
      const answer = await send(route, own, headers);
      expect([lineOf(route), answer.status]).toEqual([lineOf(route), 401]);
      conforms(app.document, route.method, route.path, 401, answer.body);
      expect(answer.headers.get("www-authenticate")).toStartWith("Bearer realm=");
      expect(answer.headers.get("www-authenticate")!.includes("invalid_token")).toBe(Object.keys(headers).length > 0);
    }
    expect(stored.fingerprint()).toBe(before);
  });

  test("is refused where nothing is, and under other methods", async () => {
    for (const line of [
      "GET /v1/nope",
      "GET /v1",
      "GET /v1/agents/",
      "POST /v1/agents/x/y",
      "GET /api/auth/nope",
      "OPTIONS /v1/agents",
      "HEAD /v1/agents",
      "GET /nope",
    ]) {
      const [method, path] = line.split(" ") as [string, string];
      expect([line, (await fetch(app.url + path, { method, headers })).status]).toEqual([line, 401]);
    }
  });

  test("may ask what everyone may", async () => {
    for (const path of ["/health", "/ready", "/api/auth/config", "/v1/auth/config", "/", "/swagger-ui/", "/api-doc/openapi.json"])
      expect([path, (await app.get(path, headers)).status]).toEqual([path, 200]);
  });
});

describe.each([
  ["read"],
  ["write"],
  ["agents:read"],
  ["agents:write"],
  ["sessions:read"],
  ["sessions:write"],
  ["llm-providers:read"],
  ["llm-providers:write"],
  ["llm-models:read"],
  ["llm-models:write"],
  ["capabilities:read"],
  ["api-keys:read"],
  ["api-keys:write"],
  ["agents:read", "sessions:write"],
])("a key for %p %p", (...scopes: (string | undefined)[]) => {
  test("reaches its routes, and 403 is all it gets of the others", async () => {
    const given = scopes.filter((scope) => scope !== undefined);
    const { key } = await app.createKey(owner, { scopes: given });
    for (const route of closed.filter(({ method }) => method !== "DELETE")) {
      const isIn = isInScope(route, given);
      const { status, body } = await send(route, own, { authorization: key });
      expect([lineOf(route), body.code === "insufficient_scope", status === 401]).toEqual([lineOf(route), !isIn, false]);
      if (!isIn) expect(status).toBe(403);
      if (!isIn) conforms(app.document, route.method, route.path, 403, body);
    }
  });
});

describe.each([
  ["token", () => other.bearer],
  ["key", async () => ({ authorization: (await app.createKey(other)).key })],
] as const)("another user, by a %s", (credential, headersOf) => {
  test("finds nothing of the owner's, changes nothing that is an admin's, and has the rest", async () => {
    const headers = await headersOf();
    for (const route of inOrder(closed).filter(({ path }) => !path.endsWith("/logout"))) {
      const { status } = await send(route, own, headers);
      // One's own account is changed by whoever is signed in, and by no key.
      const isRefused = isAdministration(route) || (credential === "key" && /^PATCH .*\/auth\/me$|\/auth\/me\/logins/.test(lineOf(route)));
      const expected = isRefused ? 403 : usesOwned(route) ? 404 : 200;
      // What the document calls a right body may still say nothing that makes sense.
      const isLet = status < 300 || status === 400 || status === 409;
      expect([lineOf(route), isLet ? 200 : status]).toEqual([lineOf(route), expected]);
    }
  });
});

describe("a user of a shared agent", () => {
  const ofAgent = (route: Documented) => /^\/v1\/agents\/\{(id|agent_id)\}/.test(route.path) && !/\{session_id\}/.test(route.path);

  test("can use it and not change it", async () => {
    for (const route of closed.filter(ofAgent)) {
      const { status } = await send(route, shared, other.bearer);
      const isUse = route.method === "GET" || lineOf(route) === "POST /v1/agents/{agent_id}/sessions";
      expect([lineOf(route), status]).toEqual([lineOf(route), isUse ? (route.method === "GET" ? 200 : 201) : 404]);
    }
  });

  test("does not see the owner's sessions with it, nor the owner theirs", async () => {
    for (const [things, headers] of [
      [shared, other.bearer],
      [ofOther, owner.bearer],
    ] as const) {
      for (const route of closed.filter(({ path }) => /\{session_id\}|\/sessions\/\{id\}/.test(path)))
        expect([lineOf(route), (await send(route, things, headers)).status]).toEqual([lineOf(route), 404]);
      const list = await app.get<{ items: { id: string }[] }>(`/v1/agents/${things.agent_id}/sessions?limit=1000`, headers);
      expect(list.body.items.map(({ id }) => id)).not.toContain(things.session_id);
    }
    expect((await app.get(`/v1/sessions/${ofOther.session_id}`, other.bearer)).status).toBe(200);
  });
});

test("an agent that is not shared any more is not used any more, and what was said stays theirs", async () => {
  const agent = await create(owner, "/v1/agents", { name: "Agent", system_prompt: "", visibility: "shared" });
  const theirs = await sessionOf(other, agent.id);
  await app.call("PATCH", `/v1/agents/${agent.id}`, { visibility: "private" }, owner.bearer);
  const path = `/v1/sessions/${theirs.session_id}`;
  const say = (person: Person) => app.post(`${path}/messages`, { message: { content: "hello" } }, person.bearer);
  expect(await say(other)).toMatchObject({ status: 403, body: { code: "agent_not_shared" } });
  expect((await app.post(`${path}/messages/${theirs.message_id}/retry`, undefined, other.bearer)).status).toBe(403);
  expect((await app.post(`/v1/agents/${agent.id}/sessions`, {}, other.bearer)).status).toBe(404);
  expect((await app.get(`${path}/messages`, other.bearer)).status).toBe(200);
  expect((await say(admin)).status).toBe(201);
});

test("nothing of a stranger's body is waited for", async () => {
  const request = head(app.url, "POST /v1/agents", { "content-type": "application/json", "content-length": "1000" });
  expect((await rawHttp(app.url, `${request}{`)).status).toBe(401);
});

test("an id in a body is looked up like one in a path", async () => {
  const markdown = "---\nname: Taken over\n---\nThe prompt.";
  for (const agent_id of [own.agent_id, shared.agent_id])
    expect((await app.post("/v1/agent-files", { markdown, agent_id }, other.bearer)).status).toBe(404);
  expect((await app.get(`/v1/agents/${own.agent_id}`, owner.bearer)).body).toMatchObject({ name: "Agent" });
});

describe("lists", () => {
  test("show each their own, and admins all", async () => {
    const idsOf = async (path: string, headers: Record<string, string>) =>
      (await app.get<{ items: { id: string }[] }>(`${path}?limit=1000`, headers)).body.items.map(({ id }) => id);
    expect(await idsOf("/v1/agents", other.bearer)).not.toContain(own.agent_id);
    expect(await idsOf("/v1/agents", other.bearer)).toContain(shared.agent_id);
    expect(await idsOf("/v1/sessions", other.bearer)).not.toContain(own.session_id);
    const found = async (headers: Record<string, string>) =>
      (await app.get<{ items: { session_id: string }[] }>("/v1/search?q=hello&limit=1000", headers)).body.items.map(
        (hit) => hit.session_id,
      );
    expect(await found(other.bearer)).toContain(ofOther.session_id);
    for (const id of [own.session_id, shared.session_id]) expect(await found(other.bearer)).not.toContain(id);
    expect(await found(owner.bearer)).not.toContain(ofOther.session_id);
    const users = async (headers: Record<string, string>) =>
      (await app.get<{ items: { key: string }[] }>("/v1/usage?group_by=user", headers)).body.items.map(({ key }) => key);
    expect([await users(owner.bearer), (await users(admin.bearer)).length]).toEqual([[owner.id], 2]);
    expect(await idsOf("/v1/agents", admin.bearer)).toEqual(expect.arrayContaining([own.agent_id, shared.agent_id]));
    expect(await idsOf("/v1/sessions", admin.bearer)).toEqual(expect.arrayContaining([own.session_id, ofOther.session_id]));
  });
});

describe.each([
  ["the owner", () => owner],
  ["an admin", () => admin],
] as const)("%s", (_, personOf) => {
  test("reaches everything of the owner's, and an admin what only admins may", async () => {
    const person = personOf();
    for (const route of inOrder(closed)) {
      // What ends something has something of its own to end.
      const isEnd = route.method === "DELETE" || route.path.endsWith("/logout");
      const headers = isEnd ? bearerOf((await app.signIn(person)).access_token) : person.bearer;
      const things = { ...(isEnd ? { ...(await madeBy(owner, "private")), ...(await madeModel()) } : own), ...(await madeKey(person)) };
      const { status } = await send(route, things, headers);
      // Signed out everywhere else.
      if (/^DELETE .*\/logins$/.test(lineOf(route))) person.bearer = bearerOf((await app.signIn(person)).access_token);
      // Ids that this matrix has no thing for.
      const isUnknown =
        /\{(approval_id|rule_id|login_id|path)\}|\/tool-results$|\/fs\/_\/(stat|move|copy)$/.test(route.path) && status === 404;
      const isLet = isUnknown || (status < 500 && ![401, 403, 404].includes(status));
      expect([lineOf(route), status, isLet]).toEqual([lineOf(route), status, person === admin || !isAdministration(route)]);
    }
  }, 30_000);
});
