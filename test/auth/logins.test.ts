import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { createRefuseForeignPage } from "@/auth/own-origin";
import { accountsApp, bearerOf, type Tokens } from "../support/accounts-app";
import { conforms } from "../support/conforms";
import { testApp } from "../support/test-app";

const app = await accountsApp();
afterAll(() => app[Symbol.asyncDispose]());
const ada = await app.register("ada");

const refresh = (refresh_token: string) => app.post<Tokens>("/api/auth/refresh", { refresh_token });
const me = (token: string) => app.get("/api/auth/me", bearerOf(token));

describe("tokens", () => {
  test("say who, for what and how long", async () => {
    const answer = await app.post<Tokens>("/api/auth/login", { email: ada.email, password: ada.password });
    conforms(app.document, "POST", "/api/auth/login", 200, answer.body);
    expect(answer.body).toMatchObject({ token_type: "Bearer", expires_in: 900 });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(decodeProtectedHeader(answer.body.access_token).alg).toBe("HS256");
    const access = decodeJwt(answer.body.access_token);
    expect(access).toMatchObject({ sub: ada.id, typ: "access", email: ada.email, name: "ada", roles: ["admin"] });
    expect(access.exp! - access.iat!).toBe(900);
    const kept = decodeJwt(answer.body.refresh_token);
    expect([kept.typ, kept.exp! - kept.iat!]).toEqual(["refresh", 2_592_000]);
    for (const claims of [access, kept]) expect([typeof claims.iss, typeof claims.aud]).toEqual(["string", "string"]);
  });

  test("rotate: each refresh token works once, and what came of it goes on", async () => {
    let { refresh_token } = await app.signIn(ada);
    for (let turn = 0; turn < 3; turn++) {
      const next = await refresh(refresh_token);
      expect(next.status).toBe(200);
      expect((await me(next.body.access_token)).status).toBe(200);
      refresh_token = next.body.refresh_token;
    }
  });

  test("the parent of the newest gets the same pair for 10 seconds, however many ask at once", async () => {
    const { refresh_token } = await app.signIn(ada);
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refresh_token)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(200);
    app.clock.offsetMs += 9000;
    expect((await refresh(refresh_token)).body).toEqual(answers[0]!.body);
  });

  test("the parent after 10 seconds, and whatever is older at once, ends the whole login", async () => {
    for (const [rotations, waitMs] of [
      [1, 10_001],
      [2, 0],
    ] as const) {
      const first = await app.signIn(ada);
      let newest = first;
      for (let turn = 0; turn < rotations; turn++) newest = (await refresh(newest.refresh_token)).body;
      const other = await app.signIn(ada);
      app.clock.offsetMs += waitMs;
      const reused = await refresh(first.refresh_token);
      expect([reused.status, reused.body]).toEqual([401, expect.objectContaining({ code: "invalid_credential" }) as never]);
      expect((await refresh(newest.refresh_token)).status).toBe(401);
      expect((await me(newest.access_token)).status).toBe(401);
      expect((await me(other.access_token)).status).toBe(200);
    }
  });

  test.each(["", "x", "a.b.c", "é", "null"])("what was never a token is refused: %p", async (token) => {
    expect((await refresh(token)).status).toBe(401);
    expect((await me(token === "é" ? "x" : token)).status).toBe(401);
  });

  test("an access token refreshes nothing, and a refresh token opens nothing", async () => {
    expect((await refresh(ada.tokens.access_token)).status).toBe(401);
    expect((await me(ada.tokens.refresh_token)).status).toBe(401);
    expect((await app.get("/v1/agents", { cookie: `access_token=${ada.tokens.refresh_token}` })).status).toBe(401);
  });
});

describe("cookies", () => {
  const byName = (headers: Headers) => Object.fromEntries(headers.getSetCookie().map((line) => [line.split("=")[0], line]));

  test.each([
    ["http://localhost:9000", ""],
    ["https://agents.example.com", "; Secure"],
  ])("under %s", async (AUTH_BASE_URL, secure) => {
    await using other = await accountsApp({ AUTH_BASE_URL });
    const setup_token = other.setupLink && new URL(other.setupLink).searchParams.get("token");
    const account = { email: "a@example.com", password: "the password of a", name: "A" };
    const answer = await other.post<Tokens>("/v1/auth/register", { ...account, setup_token });
    const { access_token, refresh_token } = answer.body;
    expect(byName(answer.headers)).toEqual({
      access_token: `access_token=${access_token}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax${secure}`,
      refresh_token: `refresh_token=${refresh_token}; Path=/api/auth; Max-Age=2592000; HttpOnly; SameSite=Strict${secure}`,
    });
    const left = await other.post("/api/auth/logout", undefined, bearerOf(access_token));
    expect([left.status, byName(left.headers)]).toEqual([
      204,
      {
        access_token: `access_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`,
        refresh_token: `refresh_token=; Path=/api/auth; Max-Age=0; HttpOnly; SameSite=Strict${secure}`,
      },
    ]);
  });

  test.each(["/api/auth", "/v1/auth"])("sign in, refresh and sign out under %s", async (prefix) => {
    const tokens = await app.signIn(ada);
    expect((await app.get(`${prefix}/me`, { cookie: `theme=dark; access_token=${tokens.access_token}` })).status).toBe(200);
    const next = await app.post<Tokens>(`${prefix}/refresh`, {}, { cookie: `refresh_token=${tokens.refresh_token}` });
    expect([next.status, next.headers.getSetCookie().length]).toEqual([200, 2]);
    const jar = { cookie: `refresh_token=${next.body.refresh_token}; access_token=${next.body.access_token}` };
    expect((await app.post(`${prefix}/logout`, undefined, jar)).status).toBe(204);
    expect((await app.get(`${prefix}/me`, jar)).status).toBe(401);
    const late = await app.post(`${prefix}/refresh`, undefined, jar);
    expect([late.status, late.headers.getSetCookie().map((line) => line.split(";")[0])]).toEqual([
      401,
      ["access_token=", "refresh_token="],
    ]);
  });

  test("the header comes before the cookie, and a bad one is not passed over", async () => {
    const cookie = `access_token=${ada.tokens.access_token}`;
    for (const authorization of [
      "Bearer x",
      "Basic YTpi",
      "ApiKey x",
      "evr_1",
      `Bearer evr_${"0".repeat(64)}`,
      "Bearer",
      ada.tokens.access_token,
      "",
    ])
      expect([authorization, (await app.get("/api/auth/me", { authorization, cookie })).status]).toEqual([authorization, 401]);
    expect((await app.get("/api/auth/me", { cookie: "access_token=garbage" })).status).toBe(401);
  });

  test("signing out works when the access token is over, and strangers are told to sign in", async () => {
    const tokens = await app.signIn(ada);
    const jar = { cookie: `access_token=garbage; refresh_token=${tokens.refresh_token}` };
    expect((await app.post("/api/auth/logout", undefined, jar)).status).toBe(204);
    expect((await me(tokens.access_token)).status).toBe(401);
    const stranger = await app.post("/api/auth/logout", undefined);
    expect([stranger.status, stranger.headers.getSetCookie().length]).toEqual([401, 2]);
  });

  test("change something only for this server's own pages", async () => {
    const { access_token } = await app.signIn(ada);
    const cookie = `access_token=${access_token}`;
    const create = async (headers: Record<string, string>) =>
      (await app.post("/v1/agents", { name: "a", system_prompt: "" }, { cookie, ...headers })).status;
    const own = app.url;
    for (const headers of [{ origin: own }, { "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }] as Record<string, string>[])
      expect([headers, await create(headers)]).toEqual([headers, 201]);
    for (const headers of [
      {},
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site", origin: own },
      { origin: own.replace("http:", "https:") },
      { origin: "null" },
      { origin: "http://localhost:1" },
      { origin: `${own}.evil.example` },
    ] as Record<string, string>[])
      expect([headers, await create(headers)]).toEqual([headers, 403]);
    expect((await app.get("/v1/agents", { cookie })).status).toBe(200);
    expect((await app.post("/v1/agents", { name: "a", system_prompt: "" }, bearerOf(access_token))).status).toBe(201);
  });
});

test("a page of an allowed origin may change something with a cookie as the server's own may", () => {
  const allowedOrigins = new Set(["https://app.example.com"]);
  const refuse = createRefuseForeignPage({ baseUrl: "https://agents.example.com", allowedOrigins });
  const from = (origin: string) => new Request("http://x/", { method: "POST", headers: { host: "agents.example.com", origin } });
  for (const origin of ["https://app.example.com", "https://agents.example.com"]) expect(() => refuse(from(origin))).not.toThrow();
  for (const origin of ["http://app.example.com", "http://agents.example.com", "https://example.com"])
    expect(() => refuse(from(origin))).toThrow("own pages only");
});

test("logins outlive a restart by the key that is kept in the data folder for its owner alone", async () => {
  const first = await testApp({ env: { AUTH_MODE: "full" } });
  const { dataDir } = first;
  await using _ = first;
  const { body } = await first.post<Tokens>("/api/auth/register", { email: "a@example.com", password: "the password of a", name: "A" });
  await first.stop();
  expect(statSync(join(dataDir, "jwt.key")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(dataDir, "jwt.key"), "utf8").trim().length).toBeGreaterThanOrEqual(32);

  await using second = await testApp({ dataDir, env: { AUTH_MODE: "full" } });
  expect((await second.get("/api/auth/me", bearerOf(body.access_token))).status).toBe(200);
  await second.stop();
  await using third = await testApp({ dataDir, env: { AUTH_MODE: "full", AUTH_JWT_SECRET: "another secret that is long enough" } });
  expect((await third.get("/api/auth/me", bearerOf(body.access_token))).status).toBe(401);
});

test("mode none keeps no key to sign with", async () => {
  await using none = await testApp();
  expect(readdirSync(none.dataDir)).not.toContain("jwt.key");
  expect((await none.get("/api/auth/me", { authorization: "Bearer garbage" })).status).toBe(200);
});
