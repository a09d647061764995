import { describe, expect, test } from "bun:test";
import { createRateLimits } from "@/http/rate-limits";
import type { AppError } from "@/platform/app-error";
import { createRateLimiter } from "@/platform/rate-limiter";
import { addressGroup, clientBehind, readTrustedProxies } from "@/platform/trusted-proxies";
import { testApp } from "../support/test-app";

const OFF = { login: null, register: null, refresh: null, messages: null, api: null };

describe("a limiter", () => {
  test("gives so many at once, and the next when its time has come", () => {
    let now = 0;
    const limiter = createRateLimiter({ count: 3, seconds: 60 }, () => now);
    expect([1, 2, 3].map(() => limiter.take("a"))).toEqual([0, 0, 0]);
    expect(limiter.take("a")).toBe(20_000);
    expect(limiter.take("b")).toBe(0);
    now = 19_999;
    expect(limiter.take("a")).toBe(1);
    now = 20_000;
    expect([limiter.take("a"), limiter.take("a")]).toEqual([0, 20_000]);
    now = 1_000_000;
    expect([1, 2, 3, 4].map(() => limiter.take("a") > 0)).toEqual([false, false, false, true]);
    limiter.forget("a");
    expect(limiter.take("a")).toBe(0);
  });

  test("never adds up to more, however odd the fractions", () => {
    let now = 12_345.678;
    const limiter = createRateLimiter({ count: 7, seconds: 60 }, () => now);
    let taken = 0;
    for (let step = 0; step < 6000; step++, now += 100) if (limiter.take("a") === 0) taken++;
    expect(taken).toBeGreaterThanOrEqual(7 * 10);
    expect(taken).toBeLessThanOrEqual(7 * 11);
  });

  test("forgets whom it has not seen for longest: strangers without end cost no more than the keys that are kept", () => {
    const limiter = createRateLimiter({ count: 1, seconds: 3600 }, () => 0, 5000);
    limiter.take("first");
    for (let stranger = 0; stranger < 100_000; stranger++) {
      limiter.take(addressGroup(`2001:db8:${(stranger >> 16).toString(16)}:${(stranger & 0xffff).toString(16)}::1`));
      if (stranger === 98_000) limiter.take("seen again");
    }
    expect(limiter.take("first")).toBe(0);
    expect(limiter.take("seen again")).toBeGreaterThan(0);
  });
});

test("IPv6 addresses count by their /64, which is what a single person has at least", () => {
  expect(addressGroup("2001:db8:1:2:3:4:5:6")).toBe(addressGroup("2001:db8:1:2:ffff::1"));
  expect(addressGroup("2001:db8:1:2::1")).not.toBe(addressGroup("2001:db8:1:3::1"));
  expect(addressGroup("2001:db8::1")).toBe("2001:db8:0:0");
  expect(addressGroup("2001::1:2:3:4:5:6")).toBe("2001:0:1:2");
  expect(addressGroup("203.0.113.9")).toBe("203.0.113.9");
});

describe("the client's address", () => {
  const behind = (setting: string, socket: string, forwarded: string | null) =>
    clientBehind(socket, forwarded, readTrustedProxies(setting)!);

  test.each<[setting: string, socket: string, forwarded: string | null, client: string]>([
    ["0", "203.0.113.9", "1.1.1.1", "203.0.113.9"],
    ["0", "::ffff:203.0.113.9", null, "203.0.113.9"],
    ["1", "127.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["1", "127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"],
    ["2", "127.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"],
    ["2", "127.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["1", "127.0.0.1", null, "127.0.0.1"],
    ["1", "127.0.0.1", "nonsense", "127.0.0.1"],
    ["1", "127.0.0.1", "", "127.0.0.1"],
    ["1", "127.0.0.1", "[2001:db8::1]:443", "2001:db8::1"],
    ["1", "127.0.0.1", "203.0.113.9:5000", "203.0.113.9"],
    ["127.0.0.1", "127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"],
    ["10.0.0.0/8, 127.0.0.1", "127.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"],
    ["10.0.0.0/8", "203.0.113.9", "6.6.6.6", "203.0.113.9"],
    ["fd00::/8", "fd00::1", "2001:db8::1", "2001:db8::1"],
    ["10.0.0.0/8", "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["1", "127.0.0.1", Array(1000).fill("6.6.6.6").join(","), "127.0.0.1"],
  ])("with TRUST_PROXY=%s, from %s forwarded for %p, is %s", (setting, socket, forwarded, client) => {
    expect(behind(setting, socket, forwarded)).toBe(client);
  });

  test.each(["-1", "10", "true", "proxy.local", "10.0.0.0/99", "1,"])("TRUST_PROXY=%s is refused at the start", (setting) => {
    expect(testApp({ env: { TRUST_PROXY: setting } })).rejects.toThrow("TRUST_PROXY must be");
  });
});

describe("signing in", () => {
  const login = { count: 3, seconds: 60 };
  const isRefused = (limits: ReturnType<typeof createRateLimits>, address: string, account: string): boolean => {
    try {
      limits.login(address, account);
      return false;
    } catch (error) {
      expect(error as AppError).toMatchObject({ kind: "rate_limited", retryAfterSeconds: expect.any(Number) });
      expect((error as AppError).message).toMatch(/^Too many tries to sign in: wait \d+ seconds? and try again$/);
      return true;
    }
  };

  test("is limited for an account from one address, in any capitals, and others are not", () => {
    const limits = createRateLimits({ ...OFF, login }, { now: () => 0 });
    const tries = ["a@b.test", "A@b.test", " a@B.test ", "a@b.test"].map((account) => isRefused(limits, "203.0.113.9", account));
    expect(tries).toEqual([false, false, false, true]);
    expect(isRefused(limits, "203.0.113.9", "other@b.test")).toBe(false);
    expect(isRefused(limits, "203.0.113.10", "a@b.test")).toBe(false);
  });

  test("is limited for an address that tries many accounts, and for an account that many addresses try", () => {
    const limits = createRateLimits({ ...OFF, login }, { now: () => 0 });
    const spray = Array.from({ length: 16 }, (_, index) => isRefused(limits, "203.0.113.9", `user${index}@b.test`));
    expect(spray.indexOf(true)).toBe(15);
    const swarm = Array.from({ length: 31 }, (_, index) => isRefused(limits, `198.51.100.${index}`, "victim@b.test"));
    expect(swarm.indexOf(true)).toBe(30);
  });

  test("with the right password gives the tries back", () => {
    const limits = createRateLimits({ ...OFF, login: { count: 1, seconds: 60 } }, { now: () => 0 });
    limits.login("203.0.113.9", "a@b.test")();
    expect(isRefused(limits, "203.0.113.9", "a@b.test")).toBe(false);
    expect(isRefused(limits, "203.0.113.9", "a@b.test")).toBe(true);
  });

  test("anew, and for the first time, are limited too", () => {
    const limits = createRateLimits({ ...OFF, register: { count: 1, seconds: 60 }, refresh: { count: 1, seconds: 60 } }, { now: () => 0 });
    limits.register("203.0.113.9");
    expect(() => limits.register("203.0.113.9")).toThrow("Too many new accounts");
    limits.refresh("203.0.113.9", "login-1");
    expect(() => limits.refresh("198.51.100.7", "login-1")).toThrow("Too many refreshed tokens");
    limits.refresh("203.0.113.9", "login-2");
  });
});

describe("on the running server", () => {
  test("nobody is limited on their own machine", async () => {
    await using app = await testApp();
    const session = await app.createSession((await app.createAgent()).id);
    const posts = Array.from({ length: 200 }, () => app.post(`${session.path}/messages`, { message: { content: "hi" } }));
    expect(new Set((await Promise.all(posts)).map(({ status }) => status))).toEqual(new Set([201]));
  });

  test("messages beyond the limit are refused with the time to wait, and reading goes on", async () => {
    await using app = await testApp({ env: { RATE_LIMIT_MESSAGES: "3/60" } });
    const session = await app.createSession((await app.createAgent()).id);
    const post = () => app.post(`${session.path}/messages`, { message: { content: "hi" } });
    for (let message = 0; message < 3; message++) expect((await post()).status).toBe(201);
    const refused = await post();
    expect([refused.status, refused.body]).toEqual([
      429,
      { error: expect.stringMatching(/^Too many messages: wait (20|19) seconds and try again$/), status: 429, code: "rate_limited" },
    ]);
    expect(Number(refused.headers.get("retry-after"))).toBeWithin(15, 21);
    expect((await app.messages(session)).filter(({ role }) => role === "user")).toHaveLength(3);
  });

  test("tries to sign in are counted before the password is looked at, and the audit log tells of it", async () => {
    const env = {
      AUTH_MODE: "full",
      TRUST_PROXY: "1",
      RATE_LIMIT_LOGIN: "3/300",
      RATE_LIMIT_REGISTER: "2/300",
      RATE_LIMIT_REFRESH: "1/300",
    };
    await using app = await testApp({ env });
    const from = { "x-forwarded-for": "203.0.113.9" };
    const owner = { email: "owner@example.test", password: "a long enough password", name: "Owner" };
    const { body: tokens } = await app.post<{ access_token: string; refresh_token: string }>("/v1/auth/register", owner, from);
    const login = async (fields: object, headers = from) => (await app.post("/v1/auth/login", { ...owner, ...fields }, headers)).status;

    expect(await login({ password: "wrong" })).toBe(401);
    expect(await login({})).toBe(200);
    expect([await login({ password: "wrong" }), await login({ password: "wrong" }), await login({ password: "wrong" })]).toEqual([
      401, 401, 401,
    ]);
    expect([await login({ password: "wrong" }), await login({})]).toEqual([429, 429]);
    expect(await login({}, { "x-forwarded-for": "198.51.100.7" })).toBe(200);
    expect(await login({ email: "other@example.test" })).toBe(401);

    const register = async (index: number) =>
      (await app.post("/v1/auth/register", { ...owner, email: `n${index}@example.test` }, from)).status;
    expect([await register(1), await register(2)]).toEqual([201, 429]);
    const refresh = async () => (await app.post("/v1/auth/refresh", { refresh_token: tokens.refresh_token }, from)).status;
    expect([await refresh(), await refresh()]).toEqual([200, 429]);

    const audit = await app.get<{ items: { address: string; detail: { what: string } }[] }>("/v1/audit-events?action=rate_limit.hit", {
      authorization: `Bearer ${tokens.access_token}`,
    });
    expect(audit.body.items.map(({ address, detail }) => [address, detail.what]).sort()).toEqual([
      ["203.0.113.9", "refresh"],
      ["203.0.113.9", "register"],
      ["203.0.113.9", "sign_in"],
    ]);
  });

  test("calls are counted by person and by the address that a trusted proxy names", async () => {
    await using app = await testApp({ env: { RATE_LIMIT_API: "100/60", TRUST_PROXY: "1" } });
    const call = async (address: string) => (await app.get("/v1/agents", { "x-forwarded-for": address })).status;
    const calls = await Promise.all(Array.from({ length: 101 }, (_, index) => call(`203.0.113.${index}`)));
    expect(calls.filter((status) => status === 429)).toHaveLength(1);
    const flood = await Promise.all(
      Array.from({ length: 501 }, () => app.get("/v1/agents", { "x-forwarded-for": "198.51.100.1", host: "evil" })),
    );
    expect(flood.filter(({ status }) => status === 403)).toHaveLength(501);
  });

  test("an address holds so many streams and no more, until it closes one", async () => {
    await using app = await testApp({ env: { RATE_LIMIT_STREAMS: "2", TRUST_PROXY: "1" } });
    const session = await app.createSession((await app.createAgent()).id);
    const open = async (address: string) => {
      const stop = new AbortController();
      const response = await fetch(`${app.url}${session.path}/events`, { headers: { "x-forwarded-for": address }, signal: stop.signal });
      return { status: response.status, stop };
    };
    const [first] = [await open("203.0.113.9"), await open("203.0.113.9")];
    expect((await open("203.0.113.9")).status).toBe(429);
    expect((await open("203.0.113.10")).status).toBe(200);
    expect((await open("127.0.0.1")).status).toBe(200);
    first.stop.abort();
    let again = await open("203.0.113.9");
    for (let tries = 0; again.status === 429 && tries < 100; tries++) {
      await Bun.sleep(10);
      again = await open("203.0.113.9");
    }
    expect(again.status).toBe(200);
  });

  test("a stream that ends by itself is let go", async () => {
    await using app = await testApp({ env: { RATE_LIMIT_STREAMS: "1", TRUST_PROXY: "1" } });
    const agent = await app.createAgent();
    const headers = { "x-forwarded-for": "203.0.113.9" };
    for (let round = 0; round < 3; round++) {
      const session = await app.createSession(agent.id);
      const stream = await fetch(`${app.url}${session.path}/events`, { headers });
      expect(stream.status).toBe(200);
      await app.call("DELETE", session.path);
      await stream.text();
    }
  });

  test("a session takes a thousand waiting messages and no more", async () => {
    await using app = await testApp();
    const session = await app.createSession((await app.createAgent()).id);
    const hang = '```simulate\n[{"hang": true}]\n```';
    await app.say(session, hang);
    const posts = Array.from({ length: 1010 }, () =>
      app.post<{ code: string }>(`${session.path}/messages`, { message: { content: "hi" } }),
    );
    const answers = await Promise.all(posts);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(999);
    expect(answers.find(({ status }) => status !== 201)).toMatchObject({ status: 409, body: { code: "queue_full" } });
  }, 20_000);

  test.each([
    ["RATE_LIMIT_LOGIN", "many"],
    ["RATE_LIMIT_API", "10"],
    ["RATE_LIMIT_API", "0/60"],
    ["RATE_LIMIT_MESSAGES", "10/0"],
    ["RATE_LIMIT_STREAMS", "-1"],
    ["OUTBOUND_PRIVATE_HOSTS", "http://wiki"],
  ])("%s=%s is refused at the start", (variable, value) => {
    expect(testApp({ env: { [variable]: value } })).rejects.toThrow(`${variable} must be`);
  });
});
