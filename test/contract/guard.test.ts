import { afterAll, describe, expect, test } from "bun:test";
import { authenticateLocally } from "@/auth/authenticate";
import { readJsonBody } from "@/http/json-body";
import { createRateLimits } from "@/http/rate-limits";
import { resource } from "@/http/resource";
import { NO_PROXIES } from "@/platform/trusted-proxies";
import { createGuard } from "@/server/guard";
import { createOrigins } from "@/server/origins";
import { createSecurityHeaders } from "@/server/security-headers";
import { createServer } from "@/server/server";
import { capturedLog } from "../support/captured-log";
import { head, rawHttp } from "../support/raw-http";
import { testApp } from "../support/test-app";

const log = capturedLog();
const app = await testApp({ logger: log.logger });
const { host, port } = new URL(app.url);
afterAll(() => app[Symbol.asyncDispose]());

/** Sends the line and headers as they are. What comes back is JSON in the contract's form, or nothing at all was right. */
async function answered(line: string, status: number, headers: Record<string, string> = {}, body = ""): Promise<Record<string, unknown>> {
  const answer = await rawHttp(app.url, head(app.url, line, headers) + body);
  expect([line.slice(0, 80), answer.status]).toEqual([line.slice(0, 80), status]);
  expect(answer.headers.get("content-type")).toBe("application/json;charset=utf-8");
  expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  const json = JSON.parse(answer.body) as Record<string, unknown>;
  if (status >= 400) expect(json).toEqual({ error: expect.any(String), status, code: expect.any(String) });
  return json;
}

describe("the Host header", () => {
  test.each([`localhost:${port}`, `127.0.0.1:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`, `127.0.0.2:${port}`])(
    "%s is a name of this server",
    async (name) => {
      await answered("GET /health", 200, { host: name });
    },
  );

  test.each([
    "evil.example",
    `evil.example:${port}`,
    `localhost.evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `evil-localhost:${port}`,
    `0.0.0.0:${port}`,
    `10.0.0.1:${port}`,
    `user@localhost:${port}`,
    `localhost:${port}@evil.example`,
    `localhost:${port}, evil.example`,
    `localhost:${port}/`,
    "localhost",
    "localhost:1",
    "localhost:99999999",
    "a",
    "a b",
    "<>",
    "[::1",
    "%00",
    "ä",
    "",
  ])("%p is none", async (name) => {
    expect(await answered("GET /v1/agents", 403, { host: name })).toMatchObject({ code: "unknown_host" });
    expect(await answered("GET /swagger-ui/", 403, { host: name })).toMatchObject({ code: "unknown_host" });
  });

  test("is missed", async () => {
    expect((await rawHttp(app.url, "GET /health HTTP/1.0\r\n\r\n")).status).toBe(403);
    expect((await rawHttp(app.url, "GET /health HTTP/1.1\r\n\r\n")).status).toBe(400);
    expect(
      (await rawHttp(app.url, `GET /health HTTP/1.1\r\nHost: evil.example\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).status,
    ).toBe(403);
  });
});

describe("a browser's request", () => {
  const post = (headers: Record<string, string>, status: number) =>
    answered(
      "POST /v1/agents",
      status,
      { "content-type": "application/json", "content-length": "34", ...headers },
      '{"name":"x","system_prompt":"1234"}'.slice(0, 34),
    );
  const BODY_IS_CUT = 400;

  test.each<Record<string, string>>([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:1" },
    { origin: `http://localhost.evil.example:${port}` },
    { origin: "" },
    { origin: "garbage" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "cross-site", origin: `http://${host}` },
  ])("from %p may change nothing", async (headers) => {
    expect(await post(headers, 403)).toMatchObject({ code: "cross_site" });
    expect(await answered("DELETE /v1/agents/x", 403, headers)).toMatchObject({ code: "cross_site" });
  });

  test.each<Record<string, string>>([{ origin: `http://${host}` }, { "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }, {}])(
    "from %p passes",
    async (headers) => {
      expect(await post(headers, BODY_IS_CUT)).toMatchObject({ error: "The body is not valid JSON" });
    },
  );

  test("gets no word that would let another origin read", async () => {
    const response = await fetch(`${app.url}/v1/agents`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS, POST");
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(
      [...(await fetch(`${app.url}/v1/agents`, { headers: { origin: "https://evil.example" } })).headers.keys()].filter((name) =>
        name.startsWith("access-control"),
      ),
    ).toEqual([]);
  });
});

describe("an odd address", () => {
  test.each<[string, number]>([
    [`http://${`localhost:PORT`}/health`, 200],
    ["http://evil.example/health", 200],
    ["/v1/agents/", 200],
    ["/v1/../v1/agents", 200],
    ["/v1/%2e%2e/v1/agents", 200],
    ["/v1/agents?", 200],
    ["/v1/agents?&&=&x", 200],
    ["/v1/agents?search=%ff", 200],
    ["/v1/agents?search=%00", 200],
    ["/v1/agents?search=a,b&tag=[1,2]", 200],
    ["/v1/agents?__proto__=1&constructor=2&__proto__[limit]=3", 200],
    ["/v1/agents/a%2fb", 404],
    ["/v1/agents/%00", 404],
    ["/v1/agents/%ff", 404],
    ["/v1/agents/%", 404],
    ["/v1/agents/%zz", 404],
    ["/v1/agents/..%2f..%2f..%2fetc%2fpasswd", 404],
    ["/%76%31/agents", 404],
    ["//v1/agents", 404],
    ["/v1//agents", 404],
    ["//evil.example/v1/agents", 404],
    ["/V1/AGENTS", 404],
    ["/v1", 404],
    ["/v1/agents/x/y/z", 404],
    ["/swagger-ui/../../etc/passwd", 404],
    ["/swagger-ui/%2e%2e/%2e%2e/etc/passwd", 404],
    ["/.env", 404],
    [`/v1/agents/${"a".repeat(8000)}`, 404],
    [`/v1/agents?search=${"a".repeat(8000)}`, 400],
    [`/${"a/".repeat(4000)}`, 404],
  ])("%p answers %d", async (address, status) => {
    await answered(`GET ${address.replace("PORT", port)}`, status);
  });

  test("with bytes that are no text is not found", async () => {
    const bytes = Buffer.from(head(app.url, "GET /v1/agents/\xff\xfe"), "latin1");
    expect((await rawHttp(app.url, bytes)).status).toBe(404);
  });
});

describe("an odd request", () => {
  test.each([
    ["a very long address", `GET /v1/agents?search=${"a".repeat(100_000)}`, {}, 431],
    ["a very long header", "GET /v1/agents", { x: "a".repeat(100_000) }, 431],
    ["a length that is no number", "POST /v1/agents", { "content-length": "abc" }, 400],
    ["two lengths", "POST /v1/agents", { "content-length": "2", "transfer-encoding": "chunked" }, 400],
  ])("%s is refused by the HTTP parser itself", async (_, line, headers, status) => {
    expect((await rawHttp(app.url, head(app.url, line, headers))).status).toBe(status);
  });

  test("a method that there is not is refused with what there is", async () => {
    const { status, headers } = await rawHttp(app.url, head(app.url, "TRACE /v1/agents"));
    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS, POST"]);
  });

  const JSON_TYPE = { "content-type": "application/json" };

  test("a body that is announced too large is refused before it is sent", async () => {
    await answered("POST /v1/agents", 413, { ...JSON_TYPE, "content-length": "10000000000" });
    await answered("POST /no/such/address", 413, { ...JSON_TYPE, "content-length": "10000000000" });
  });

  test("a body in chunks without an end is refused when it is too large", async () => {
    await answered("POST /v1/agents", 413, { ...JSON_TYPE, "transfer-encoding": "chunked" }, `200000\r\n${"a".repeat(0x200000)}\r\n`);
  });

  test("the connection is good for the next request after a refusal", async () => {
    const large = "a".repeat(1_100_000);
    const first = head(app.url, "POST /v1/agents", { ...JSON_TYPE, connection: "keep-alive", "content-length": String(large.length) });
    const { body } = await rawHttp(app.url, `${first}${large}${head(app.url, "GET /health")}`);
    expect(body).toContain('"status":413');
    expect(body).toContain('"status":"ok"');
  });

  test("a body that does not arrive, or falls silent, is not waited for without end", async () => {
    const hanging = () => new ReadableStream({ pull: () => new Promise(() => {}) });
    const request = new Request("http://localhost/", { method: "POST", body: hanging() });
    const silent = new Request("http://localhost/", { method: "POST", body: hanging() });
    expect(readJsonBody(silent, { wholeMs: 1000, silenceMs: 10 })).rejects.toMatchObject({ kind: "timeout", code: "body_timeout" });
    expect(readJsonBody(request, { wholeMs: 10, silenceMs: 1000 })).rejects.toMatchObject({ kind: "timeout", code: "body_timeout" });
  });

  test("a GET with a body is answered as if it had none", async () => {
    await answered("GET /v1/agents", 200, { "content-type": "text/plain", "content-length": "5" }, "hello");
  });
});

test("a failure that nobody foresaw says nothing of itself, and its log line carries the request's id", async () => {
  const { lines, logger } = capturedLog();
  const boom = () => {
    throw new Error("a secret of /home/someone");
  };
  const server = createServer(
    [
      resource("/boom", "test")
        .get("/sync", boom)
        .get("/async", async () => boom()),
    ],
    logger,
  );
  const guard = createGuard({
    page: () => undefined,
    route: (request) => server.fetch(request),
    authenticate: authenticateLocally,
    hosts: { has: () => true },
    isDraining: () => false,
    logger,
    proxies: NO_PROXIES,
    origins: createOrigins({ allowed: new Set(), baseUrl: "http://localhost" }),
    rateLimits: createRateLimits({ login: null, register: null, refresh: null, messages: null, api: null }),
    secureHeaders: createSecurityHeaders({ isHttps: false }),
  });
  for (const path of ["/boom/sync", "/boom/async"]) {
    const response = await guard(new Request(`http://localhost${path}`, { headers: { host: "localhost" } }));
    expect([response.status, await response.json()]).toEqual([500, { error: "Internal error", status: 500, code: "internal_error" }]);
    expect(lines.pop()).toMatchObject({
      level: 50,
      request_id: response.headers.get("x-request-id")!,
      err: { message: "a secret of /home/someone" },
    });
  }
});

test("in all of this, no failure was the server's own", () => {
  expect(log.lines).toEqual([]);
});
