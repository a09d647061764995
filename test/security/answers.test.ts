import { afterAll, describe, expect, test } from "bun:test";
import { authenticateLocally } from "@/auth/authenticate";
import { createRateLimits } from "@/http/rate-limits";
import { AppError } from "@/platform/app-error";
import { NO_PROXIES } from "@/platform/trusted-proxies";
import { createGuard } from "@/server/guard";
import { createOrigins } from "@/server/origins";
import { createSecurityHeaders } from "@/server/security-headers";
import { brokenRequests } from "../support/broken-requests";
import { capturedLog } from "../support/captured-log";
import { head, rawHttp } from "../support/raw-http";
import { testApp } from "../support/test-app";

const app = await testApp();
const session = await app.createSession((await app.createAgent()).id);
afterAll(() => app[Symbol.asyncDispose]());

const ALWAYS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": expect.stringContaining("camera=()"),
  "x-request-id": expect.any(String),
};
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

async function headersOf(method: string, path: string, headers: Record<string, string> = {}): Promise<[number, Record<string, string>]> {
  const stop = new AbortController();
  const response = await fetch(app.url + path, { method, headers, redirect: "manual", signal: stop.signal });
  stop.abort();
  return [response.status, Object.fromEntries(response.headers)];
}

describe("every answer says what a browser may do with it", () => {
  test.each<[what: string, method: string, path: string, status: number, headers: Record<string, string>]>([
    ["an answer", "GET", "/v1/agents", 200, {}],
    ["a head", "HEAD", "/v1/agents", 200, {}],
    ["an unknown address", "GET", "/nothing", 404, {}],
    ["an unknown id", "GET", "/v1/agents/x", 404, {}],
    ["a wrong method", "PUT", "/v1/agents", 405, {}],
    ["the methods", "OPTIONS", "/v1/agents", 204, {}],
    ["a bad query", "GET", "/v1/agents?limit=x", 400, {}],
    ["a strange host", "GET", "/v1/agents", 403, { host: "evil.example" }],
    ["another site's change", "DELETE", "/v1/agents/x", 403, { origin: "https://evil.example" }],
    ["no content", "POST", "/v1/auth/logout", 204, {}],
    ["an unreadable path", "GET", "/v1/agents/%ff", 404, {}],
  ])("%s", async (_, method, path, status, headers) => {
    expect(await headersOf(method, path, headers)).toEqual([
      status,
      expect.objectContaining({ ...ALWAYS, "cache-control": "no-store", "content-security-policy": NOTHING }),
    ]);
  });

  test("a stream, which is not changed on its way either", async () => {
    const [status, headers] = await headersOf("GET", `${session.path}/events`);
    expect([status, headers]).toEqual([
      200,
      expect.objectContaining({ ...ALWAYS, "cache-control": "no-cache, no-transform", "content-security-policy": NOTHING }),
    ]);
  });

  test("pages, with the policies that they need", async () => {
    for (const path of ["/", "/swagger-ui/"]) {
      const [, headers] = await headersOf("GET", path);
      expect([path, headers]).toEqual([path, expect.objectContaining({ ...ALWAYS, "cache-control": "no-cache" })]);
      expect(headers["content-security-policy"]).toContain("style-src");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["content-security-policy"]).not.toMatch(/script-src[^;]*unsafe/);
    }
    expect((await headersOf("GET", "/swagger-ui/start.js"))[1]["content-security-policy"]).toBeUndefined();
  });

  test("over https, to come back over https only", async () => {
    await using secure = await testApp({ env: { AUTH_BASE_URL: "https://agents.example.com" } });
    expect((await secure.get("/health")).headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect((await app.get("/health")).headers.has("strict-transport-security")).toBe(false);
  });
});

describe("other sites' pages", () => {
  const embedded = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };

  test("may send people here, and embed nothing", async () => {
    expect((await headersOf("GET", "/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }))[0]).toBe(200);
    expect((await headersOf("POST", "/v1/auth/logout", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }))[0]).toBe(403);
    expect((await headersOf("GET", "/v1/agents", embedded))[0]).toBe(403);
    expect((await headersOf("GET", `${session.path}/events`, embedded))[0]).toBe(403);
    expect((await headersOf("GET", "/v1/agents", { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }))[0]).toBe(200);
  });

  test("of the server's own public name are its own, over its own protocol", async () => {
    await using secure = await testApp({ env: { AUTH_BASE_URL: "https://agents.example.com" } });
    const send = async (host: string, origin: string) => (await secure.call("POST", "/v1/auth/logout", undefined, { host, origin })).status;
    const { host } = new URL(secure.url);
    expect(await send("agents.example.com", "https://agents.example.com")).toBe(204);
    expect(await send("agents.example.com", "http://agents.example.com")).toBe(403);
    expect(await send(host, "https://agents.example.com")).toBe(204);
    expect(await send(host, `http://${host}`)).toBe(204);
  });
});

describe("CORS_ALLOWED_ORIGINS", () => {
  const PARTNER = "https://partner.example";

  test("lets exactly those origins call, with credentials", async () => {
    await using open = await testApp({ env: { CORS_ALLOWED_ORIGINS: `${PARTNER}, http://localhost:5173/` } });
    const asked = { origin: PARTNER, "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
    const preflight = await open.call("OPTIONS", "/v1/agents", undefined, asked);
    expect([preflight.status, Object.fromEntries(preflight.headers)]).toEqual([
      204,
      expect.objectContaining({
        "access-control-allow-origin": PARTNER,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": expect.stringContaining("PATCH"),
        "access-control-allow-headers": expect.stringContaining("idempotency-key"),
        "access-control-max-age": "600",
        vary: expect.stringContaining("Origin"),
      }),
    ]);

    const made = await open.post("/v1/agents", { name: "A", system_prompt: "B" }, { origin: PARTNER, "sec-fetch-site": "cross-site" });
    expect([made.status, made.headers.get("access-control-allow-origin"), made.headers.get("vary")]).toEqual([201, PARTNER, "Origin"]);
    expect((await open.get("/nothing", { origin: "http://localhost:5173" })).headers.get("access-control-allow-origin")).toBe(
      "http://localhost:5173",
    );
  });

  test("lets no other in", async () => {
    await using open = await testApp({ env: { CORS_ALLOWED_ORIGINS: PARTNER } });
    for (const origin of [
      "https://evil.example",
      "null",
      "http://partner.example",
      `${PARTNER}:8443`,
      `${PARTNER}.evil.example`,
      "https://a.partner.example",
    ]) {
      const asked = { origin, "access-control-request-method": "POST" };
      for (const answer of [await open.call("OPTIONS", "/v1/agents", undefined, asked), await open.get("/v1/agents", { origin })]) {
        expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
        expect(answer.headers.get("vary")).toBe("Origin");
      }
      expect((await open.post("/v1/agents", {}, { origin })).status).toBe(403);
    }
  });

  test.each(["*", "partner.example", "https://partner.example/path", "https://*.partner.example", "null", "file://x"])(
    "of %s is refused at the start",
    (origin) => {
      expect(testApp({ env: { CORS_ALLOWED_ORIGINS: origin } })).rejects.toThrow("CORS_ALLOWED_ORIGINS must be");
    },
  );
});

describe("broken HTTP", () => {
  test.each(brokenRequests(app.url))("%s is refused, and the server goes on", async (_, bytes, status) => {
    expect((await rawHttp(app.url, bytes)).status).toBe(status);
    expect((await app.get("/health")).status).toBe(200);
  });

  test("a body that stops coming ends its connection", async () => {
    const guard = createGuard({
      page: () => undefined,
      authenticate: authenticateLocally,
      route: () => Promise.reject(new AppError("timeout", "The body did not arrive in time")),
      hosts: { has: () => true },
      isDraining: () => false,
      logger: capturedLog().logger,
      proxies: NO_PROXIES,
      origins: createOrigins({ allowed: new Set(), baseUrl: "http://localhost" }),
      rateLimits: createRateLimits({ login: null, register: null, refresh: null, messages: null, api: null }),
      secureHeaders: createSecurityHeaders({ isHttps: false }),
    });
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => guard(request) });
    const half = head(server.url.href, "POST /", { "content-length": "10", "content-type": "application/json", connection: "keep-alive" });
    const begun = performance.now();
    expect((await rawHttp(server.url.href, `${half}{"a"`, 2000)).status).toBe(408);
    expect(performance.now() - begun).toBeLessThan(1900);
  });
});
