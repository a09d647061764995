import { expect, test } from "bun:test";
import type { WebSearch, WebSearchTest } from "@/domain/web-search";
import { openStored } from "../support/stored";
import { type TestApp, testApp } from "../support/test-app";

const PAGES = [
  { title: "One", url: "https://one.example/", content: "first words", description: "first words" },
  { title: null, url: "https://two.example/", content: null },
];

/** A server that answers as each engine does, and remembers what it was asked. */
function fakeEngine(answer: (path: string) => Response = () => Response.json({ results: PAGES, web: { results: PAGES } })) {
  const seen: { path: string; headers: Headers; body: string }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      seen.push({ path: pathname + search, headers: request.headers, body: await request.text() });
      return answer(pathname);
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, seen, [Symbol.asyncDispose]: () => server.stop(true) };
}

const set = (app: TestApp, body: object) => app.call<WebSearch>("PUT", "/v1/web-search", body);
const check = async (app: TestApp, query = "what & where") => (await app.post<WebSearchTest>("/v1/web-search/test", { query })).body;

test.each([
  ["searxng", undefined, "/search?q=what+%26+where&format=json", "authorization", null, ""],
  ["brave", "canary-9a2b", "/web/search?q=what+%26+where&count=3&text_decorations=false", "x-subscription-token", "canary-9a2b", ""],
  ["tavily", "canary-9a2b", "/search", "authorization", "Bearer canary-9a2b", '{"query":"what & where","max_results":3}'],
] as const)("%s is asked in its own way", async (engine, api_key, path, header, value, body) => {
  await using fake = fakeEngine();
  await using app = await testApp();
  const chosen = await set(app, { engine, base_url: `${fake.url}/`, ...(api_key ? { api_key } : {}) });
  expect(chosen.body).toMatchObject({ engine, api_key_set: api_key !== undefined });
  expect(await check(app)).toEqual({
    ok: true,
    message: "The engine found 2 pages",
    results: [
      { title: "One", url: "https://one.example/", snippet: "first words" },
      { title: "", url: "https://two.example/", snippet: "" },
    ],
  });
  expect(fake.seen).toHaveLength(1);
  expect(fake.seen[0]!.path).toBe(path);
  expect(fake.seen[0]!.headers.get(header)).toBe(value);
  expect(fake.seen[0]!.body).toBe(body);
  const stored = openStored(app.dataDir);
  expect(stored.text()).not.toContain("canary-9a2b");
  stored.close();
});

test("a key goes to no other address or engine", async () => {
  await using fake = fakeEngine();
  await using app = await testApp();
  await set(app, { engine: "searxng", base_url: fake.url, api_key: "canary-9a2b" });
  expect((await set(app, { engine: "searxng", base_url: fake.url })).body.api_key_set).toBe(true);
  expect((await set(app, { engine: "searxng", base_url: `${fake.url}/other` })).body.api_key_set).toBe(false);
  expect((await set(app, { engine: "brave", base_url: `${fake.url}/other` })).status).toBe(400);
});

test.each([
  ["refuses", () => new Response("no", { status: 403 }), "refused"],
  ["has had enough", () => new Response("no", { status: 429 }), "too many searches"],
  ["answers HTML", () => new Response("<html>", { headers: { "content-type": "text/html" } }), "did not answer JSON"],
  ["answers other JSON", () => Response.json({ hello: 1 }), "in a form that is not its own"],
])("an engine that %s is said in words", async (_, answer, words) => {
  await using fake = fakeEngine(answer);
  await using app = await testApp();
  await set(app, { engine: "searxng", base_url: fake.url });
  expect(await check(app)).toMatchObject({ ok: false, message: expect.stringContaining(words) });
});

test("without an engine it is said what to set, and one can be taken away", async () => {
  await using app = await testApp();
  expect((await app.get("/v1/web-search")).body).toEqual({ engine: null, base_url: null, api_key_set: false, updated_at: null });
  expect((await check(app)).message).toContain("PUT /v1/web-search");
  expect((await set(app, { engine: "searxng" })).status).toBe(400);
  expect((await set(app, { engine: "searxng", base_url: "http://169.254.169.254/" })).status).toBe(400);
  expect((await set(app, { engine: "searxng", base_url: "http://127.0.0.1:9" })).status).toBe(200);
  expect(await check(app)).toMatchObject({ ok: false, message: expect.stringContaining("can't be reached") });
  expect((await app.call("DELETE", "/v1/web-search")).status).toBe(204);
  expect((await app.get<WebSearch>("/v1/web-search")).body.engine).toBeNull();
});
