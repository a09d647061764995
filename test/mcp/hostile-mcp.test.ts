import { afterAll, beforeAll, expect, test } from "bun:test";
import type { McpServer, McpServerTest } from "@/domain/mcp-server";
import { callTools } from "../support/scripted";
import { type TestApp, testApp } from "../support/test-app";
import { hostileMcpServer } from "./hostile-mcp-server";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app[Symbol.asyncDispose]());

async function added(url: string): Promise<{ name: string; test: McpServerTest }> {
  const name = `bad-${crypto.randomUUID().slice(0, 8)}`;
  const { body } = await app.post<McpServer>("/v1/mcp-servers", { name, url });
  return { name, test: (await app.post<McpServerTest>(`/v1/mcp-servers/${body.id}/test`, {})).body };
}

test.each([
  ["tools", /more parts than this server reads/],
  ["pages", /offers more than 200 tools/],
] as const)("a server that lists %s without end is not taken in", async (malice, words) => {
  using server = hostileMcpServer(malice);
  expect((await added(server.url)).test).toMatchObject({ ok: false, message: expect.stringMatching(words) });
});

test.each([
  ["much", { status: "error", error: expect.stringContaining("larger than 4194304 bytes") }],
  ["deep", { status: "error", error: expect.stringContaining("more parts than this server reads") }],
  ["wide", { status: "error", error: expect.stringContaining("more parts than this server reads") }],
  // Its own schema has a pattern that explodes on what it answers: nobody looks.
  ["pattern", { status: "ok", result: { a: expect.stringMatching(/^a+!$/) } }],
] as const)("an answer with %s ends the call in words", async (malice, expected) => {
  using server = hostileMcpServer(malice);
  const { name, test: tested } = await added(server.url);
  expect(tested.ok).toBe(true);
  const { ends } = await callTools(app, [`mcp:${name}`], [{ name: `${name}__run`, arguments: {} }]);
  expect(ends[0]).toMatchObject(expected);
});

test("a server that names an authorization server in the private network leads nobody there", async () => {
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) =>
      request.url.includes("/.well-known/oauth-protected-resource")
        ? Response.json({ resource: new URL("/mcp", request.url).href, authorization_servers: ["http://10.11.12.13"] })
        : new Response(null, { status: 401 }),
  });
  const { body } = await app.post<McpServer>("/v1/mcp-servers", {
    name: "leads-inside",
    url: `http://127.0.0.1:${server.port}/mcp`,
    oauth: {},
  });
  const answer = await app.post<{ error: string }>(`/v1/mcp-servers/${body.id}/sign-in`, {});
  expect(answer).toMatchObject({ status: 409, body: { code: "oauth_failed" } });
});

test("a server that was started anew is met anew in mid-session", async () => {
  let session = "first";
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      const { id, method } = (await request.json()) as { id?: number; method: string };
      if (method !== "initialize" && request.headers.get("mcp-session-id") !== session) return new Response("no session", { status: 404 });
      if (id === undefined) return new Response(null, { status: 202 });
      const tool = { name: "run", inputSchema: { type: "object" } };
      const results: Record<string, object> = {
        initialize: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } },
        "tools/list": { tools: [tool] },
      };
      const result = results[method] ?? { content: [{ type: "text", text: session }] };
      return Response.json({ jsonrpc: "2.0", id, result }, { headers: { "mcp-session-id": session } });
    },
  });
  const { name } = await added(`http://127.0.0.1:${server.port}/mcp`);
  const call = async () => (await callTools(app, [`mcp:${name}`], [{ name: `${name}__run`, arguments: {} }])).ends[0]!.result as unknown;
  expect(await call()).toBe("first");
  session = "second";
  expect(await call()).toBe("second");
});
