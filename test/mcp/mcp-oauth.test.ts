import { expect, test } from "bun:test";
import type { McpServer, McpServerTest, McpSignIn } from "@/domain/mcp-server";
import { authorizationServer } from "../support/authorization-server";
import { createBrowser } from "../support/browser";
import { openStored } from "../support/stored";
import { type TestApp, testApp } from "../support/test-app";
import { startMcpServer } from "./mcp-server";

async function add(app: TestApp, fields: Record<string, unknown>): Promise<McpServer> {
  const { status, body } = await app.post<McpServer>("/v1/mcp-servers", { name: "guarded", ...fields });
  expect([status, body]).toEqual([201, expect.anything()]);
  return body;
}

const check = async (app: TestApp, { id }: McpServer) => (await app.post<McpServerTest>(`/v1/mcp-servers/${id}/test`, {})).body;
const begin = async (app: TestApp, { id }: McpServer) => (await app.post<McpSignIn>(`/v1/mcp-servers/${id}/sign-in`, {})).body;
const finish = (app: TestApp, { id }: McpServer, answer: unknown) => app.post<McpServer>(`/v1/mcp-servers/${id}/finish-sign-in`, answer);

/** Goes where the answer says, as a person's browser does, and comes back with the query. */
async function visit({ authorization_url }: McpSignIn): Promise<Record<string, string>> {
  const back = await createBrowser({}).follow(authorization_url!, ({ pathname }) => pathname === "/mcp-servers/signed-in");
  return Object.fromEntries(new URL(back).searchParams);
}

async function shout(app: TestApp, agentId: string): Promise<unknown> {
  const script = JSON.stringify([{ call: [{ name: "guarded__shout", arguments: { words: "hello" } }] }, { text: "done" }]);
  const { events } = await app.ask(await app.createSession(agentId), `\`\`\`simulate\n${script}\n\`\`\``);
  const { data } = events.find(({ type }) => type === "tool.completed")!;
  return data.result ?? data.error;
}

test("an admin signs in at the server's authorization server, where this server registers itself; the token is renewed, and kept sealed", async () => {
  // Shorter than the time in which a token is renewed ahead: each call renews it.
  await using authorization = await authorizationServer({ tokenSeconds: 20 });
  await using server = startMcpServer(authorization);
  await using app = await testApp();
  const added = await add(app, { url: server.guardedUrl, oauth: {} });
  expect(added.oauth).toEqual({ grant: "authorization_code", client_id: null, client_secret_set: false, scope: null, is_signed_in: false });
  expect(await check(app, added)).toMatchObject({ ok: false, message: "An admin has to sign in to the MCP server guarded" });

  const begun = await begin(app, added);
  expect(Object.fromEntries(new URL(begun.authorization_url!).searchParams)).toEqual({
    response_type: "code",
    client_id: expect.any(String),
    redirect_uri: `${app.url.replace("127.0.0.1", "localhost")}/mcp-servers/signed-in`,
    scope: "tools:call",
    state: expect.stringMatching(/^[\w-]{36}\.[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
    resource: server.guardedUrl,
  });
  const answer = await visit(begun);
  const foreign = { ...answer, state: `${added.id}.${"x".repeat(43)}` };
  for (const wrong of [foreign, { ...answer, state: "none" }])
    expect(await finish(app, added, wrong)).toMatchObject({ status: 400, body: { code: "oauth_state" } });
  expect(await finish(app, added, answer)).toMatchObject({ status: 200, body: { oauth: { is_signed_in: true } } });
  expect(await finish(app, added, answer)).toMatchObject({ status: 400, body: { code: "oauth_state" } });

  expect(await check(app, added)).toMatchObject({ ok: true });
  const agent = await app.createAgent({ capabilities: ["mcp:guarded"] });
  expect(await Promise.all([1, 2, 3].map(() => shout(app, agent.id)))).toEqual(["HELLO!", "HELLO!", "HELLO!"]);
  const tokens = new Set(server.seen.map((headers) => headers.get("authorization")).filter((value) => value !== null));
  expect(tokens.size).toBeGreaterThan(3);

  // One that the server turns down before its time is renewed once.
  server.refuse([...tokens].at(-1)!.replace("Bearer ", ""));
  expect(await shout(app, agent.id)).toBe("HELLO!");

  const stored = openStored(app.dataDir);
  for (const secret of [answer.code!, ...[...tokens].map((token) => token!.replace("Bearer ", ""))])
    expect(stored.text()).not.toContain(secret);
  stored.close();

  const moved = await app.call<McpServer>("PATCH", `/v1/mcp-servers/${added.id}`, { url: server.url });
  expect(moved.body.oauth).toBeNull();
});

test("what comes back from another authorization server, or with a refusal, signs nobody in", async () => {
  await using authorization = await authorizationServer();
  await using server = startMcpServer(authorization);
  await using app = await testApp();
  const added = await add(app, { url: server.guardedUrl, oauth: {} });
  const signedIn = async () => (await app.get<McpServer>(`/v1/mcp-servers/${added.id}`)).body.oauth!.is_signed_in;

  const answer = await visit(await begin(app, added));
  expect(answer.iss).toBe(authorization.issuer);
  expect((await finish(app, added, { ...answer, iss: "http://elsewhere.example" })).status).toBe(400);
  const { iss: _, ...unnamed } = await visit(await begin(app, added));
  expect((await finish(app, added, unnamed)).status).toBe(400);
  const { state, iss } = await visit(await begin(app, added));
  expect(await finish(app, added, { state, iss, error: "access_denied" })).toMatchObject({ status: 400, body: { code: "oauth_denied" } });
  const wrongCode = await visit(await begin(app, added));
  expect(await finish(app, added, { ...wrongCode, code: "guessed" })).toMatchObject({ status: 409, body: { code: "oauth_failed" } });
  expect(await signedIn()).toBe(false);
});

test("a server signs itself in with a client's credentials, and says what a client is missing", async () => {
  await using authorization = await authorizationServer({ registration: false });
  await using server = startMcpServer(authorization);
  await using app = await testApp();
  const oauth = { grant: "client_credentials", ...authorization.robot };
  const { client_secret: _, ...half } = oauth;
  expect((await app.post("/v1/mcp-servers", { name: "guarded", url: server.guardedUrl, oauth: half })).status).toBe(400);
  const added = await add(app, { url: server.guardedUrl, oauth });
  expect(JSON.stringify(added)).not.toContain("canary-robot");
  expect(added.oauth).toMatchObject({ client_id: "robot", client_secret_set: true });
  expect(await check(app, added)).toMatchObject({ ok: true, server: { oauth: { is_signed_in: true } } });
  expect(await begin(app, added)).toMatchObject({ authorization_url: null, server: { oauth: { is_signed_in: true } } });

  const path = `/v1/mcp-servers/${added.id}`;
  await app.call("PATCH", path, { oauth: { ...oauth, client_secret: "wrong" } });
  expect(await check(app, added)).toMatchObject({ ok: false, message: expect.stringContaining("did not let this server in") });
  await app.call("PATCH", path, { oauth: {} });
  expect(await app.post(`${path}/sign-in`, {})).toMatchObject({ status: 409, body: { code: "oauth_client_needed" } });
  await app.call("PATCH", path, { oauth: null });
  expect(await app.post(`${path}/sign-in`, {})).toMatchObject({ status: 409, body: { code: "no_oauth" } });
});
