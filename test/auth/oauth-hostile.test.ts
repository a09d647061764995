import { afterAll, describe, expect, test } from "bun:test";
import { createBrowser } from "../support/browser";
import { capturedLog } from "../support/captured-log";
import { fakeGitHub } from "../support/fake-github";
import { forgingIssuer } from "../support/forging-issuer";
import { openStored } from "../support/stored";
import { testApp } from "../support/test-app";

const PUBLIC = "http://everruns.test";
const google = await forgingIssuer();
const github = fakeGitHub();
const log = capturedLog();
const app = await testApp({
  env: { AUTH_MODE: "full", AUTH_BASE_URL: PUBLIC, ...google.env, ...github.env, AUTH_GOOGLE_ALLOWED_DOMAINS: "example.com" },
  logger: log.logger,
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  google[Symbol.dispose]();
  github[Symbol.dispose]();
});

type Provider = "google" | "github";
const newBrowser = () => createBrowser({ "everruns.test": app.url });
type Browser = ReturnType<typeof newBrowser>;

const begin = (browser: Browser, provider: Provider) =>
  browser.follow(`${PUBLIC}/api/auth/oauth/${provider}`, ({ pathname }) => pathname.startsWith("/api/auth/callback/"));

const userCount = () => {
  const stored = openStored(app.dataDir);
  const text = stored.text();
  stored.close();
  return text.split("@example.com").length - 1;
};

/** Comes back to the server and is refused: nobody is signed in and no account is made. */
async function refused(browser: Browser, back: URL, status = 400): Promise<string> {
  const before = userCount();
  const { status: answered, text, headers } = await browser.visit(back);
  expect([answered, text]).toEqual([status, expect.stringContaining('"error"')]);
  expect(headers.getSetCookie().join()).not.toMatch(/(access|refresh)_token=[^;]/);
  expect(text).not.toMatch(/canary|@example|code=|state=/);
  expect(userCount()).toBe(before);
  return (JSON.parse(text) as { code: string }).code;
}

describe.each<Provider>(["google", "github"])("coming back from %s is refused", (provider) => {
  test("with another state, none, or two", async () => {
    for (const change of [
      (query: URLSearchParams) => query.set("state", "another"),
      (query: URLSearchParams) => query.delete("state"),
      (query: URLSearchParams) => query.append("state", query.get("state")!),
      (query: URLSearchParams) => query.delete("code"),
      (query: URLSearchParams) => query.append("code", "another"),
    ]) {
      const browser = newBrowser();
      const back = await begin(browser, provider);
      change(back.searchParams);
      await refused(browser, back);
    }
  });

  test("in a browser that did not begin it", async () => {
    const back = await begin(newBrowser(), provider);
    expect(await refused(newBrowser(), back)).toBe("oauth_state");
    const other = newBrowser();
    await begin(other, provider);
    await refused(other, back);
  });

  test("with a cookie that was changed, or is another provider's", async () => {
    const browser = newBrowser();
    const back = await begin(browser, provider);
    const path = back.pathname;
    const own = browser.cookies().find(({ name }) => name === `oauth_${provider}`)!.value;
    for (const value of ["", "x", `${own}x`, own.slice(0, -2), own.replace(/^v1/, "v2")]) {
      browser.keep(`oauth_${provider}=${value}; Path=${path}`, "everruns.test");
      expect(await refused(browser, back)).toBe("oauth_state");
    }
    const other: Provider = provider === "google" ? "github" : "google";
    const elsewhere = newBrowser();
    await begin(elsewhere, other);
    const theirs = elsewhere.cookies().find(({ name }) => name === `oauth_${other}`)!.value;
    browser.keep(`oauth_${provider}=${theirs}; Path=${path}`, "everruns.test");
    expect(await refused(browser, back)).toBe("oauth_state");
  });

  test("a second time", async () => {
    const browser = newBrowser();
    const back = await begin(browser, provider);
    const cookie = browser.cookies().find(({ name }) => name === `oauth_${provider}`)!;
    expect((await browser.visit(back)).status).toBe(303);
    await refused(browser, back);
    browser.keep(`${cookie.name}=${cookie.value}; Path=${cookie.path}`, "everruns.test");
    expect(await refused(browser, back)).toBe("oauth_state");
  });

  test("with the code of another sign-in", async () => {
    const theirs = await begin(newBrowser(), provider);
    const browser = newBrowser();
    const back = await begin(browser, provider);
    back.searchParams.set("code", theirs.searchParams.get("code")!);
    await refused(browser, back);
  });

  test("when it says no, or is another issuer than it should be", async () => {
    const browser = newBrowser();
    const back = await begin(browser, provider);
    back.searchParams.set("error", "access_denied");
    back.searchParams.set("error_description", "canary words of the provider");
    back.searchParams.delete("code");
    expect(await refused(browser, back)).toBe("oauth_denied");
    const again = newBrowser();
    const mixedUp = await begin(again, provider);
    mixedUp.searchParams.set("iss", "https://attacker.example");
    await refused(again, mixedUp);
  });
});

test("a way back that was used does not work again after a restart", async () => {
  const env = { AUTH_MODE: "full", AUTH_BASE_URL: PUBLIC, ...github.env };
  await using first = await testApp({ env });
  const browser = createBrowser({ "everruns.test": first.url });
  const back = await begin(browser, "github");
  const { name, value, path } = browser.cookies().find((cookie) => cookie.name === "oauth_github")!;
  expect((await browser.visit(back)).status).toBe(303);
  await first.stop();
  await using second = await testApp({ env, dataDir: first.dataDir });
  const later = createBrowser({ "everruns.test": second.url });
  later.keep(`${name}=${value}; Path=${path}`, "everruns.test");
  const answer = await later.visit(back);
  expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([400, "oauth_failed"]);
});

test("a sign-in that took longer than ten minutes is refused", async () => {
  const clock = { offsetMs: 0, now: () => Date.now() + clock.offsetMs };
  await using slow = await testApp({ env: { AUTH_MODE: "full", AUTH_BASE_URL: PUBLIC, ...github.env }, clock });
  const browser = createBrowser({ "everruns.test": slow.url });
  const back = await begin(browser, "github");
  clock.offsetMs = 600_001;
  const answer = await browser.visit(back);
  expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([400, "oauth_state"]);
  clock.offsetMs = 0;
  expect((await browser.visit(back)).status).toBe(303);
});

test("an answer of one provider does not pass for another's", async () => {
  const browser = newBrowser();
  const fromGitHub = await begin(browser, "github");
  await begin(browser, "google");
  const mixedUp = new URL(fromGitHub);
  mixedUp.pathname = "/api/auth/callback/google";
  await refused(browser, mixedUp);
});

describe("an ID token is refused", () => {
  test.each<[string, Record<string, unknown>]>([
    ["with another nonce", { nonce: "another" }],
    ["without a nonce", { nonce: undefined }],
    ["of another issuer", { iss: "https://attacker.example" }],
    ["for another client", { aud: "somebody-else" }],
    ["for several clients without saying for which", { aud: ["google-client", "somebody-else"] }],
    ["that has ended", { exp: 1_700_000_000 }],
    ["without an end", { exp: undefined }],
    ["of the future", { nbf: 4_000_000_000 }],
    ["of nobody", { sub: undefined }],
  ])("%s", async (_, forged) => {
    google.forge = (claims) => ({ ...claims, ...forged });
    const browser = newBrowser();
    expect(await refused(browser, await begin(browser, "google"))).toBe("oauth_failed");
    google.forge = (claims) => claims;
  });

  test("that somebody else signed, or the client's own secret", async () => {
    for (const way of ["signsWithAnotherKey", "signsWithTheSecret"] as const) {
      google[way] = true;
      const browser = newBrowser();
      expect(await refused(browser, await begin(browser, "google"))).toBe("oauth_failed");
      google[way] = false;
    }
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["an address that is not verified", { email_verified: false, sub: "n1", hd: "example.com" }, "email_unverified"],
    ["an address that is verified in words only", { email_verified: "false", sub: "n2", hd: "example.com" }, "email_unverified"],
    ["no address", { email: undefined, sub: "n3", hd: "example.com" }, "email_unverified"],
    [
      "a letter of another script that looks like a Latin one when it is small",
      { email: "\u212Aim@example.com", sub: "n10", hd: "example.com" },
      "email_unverified",
    ],
    ["a control character", { email: "a\u0000da@example.com", sub: "n11", hd: "example.com" }, "email_unverified"],
    ["an address of another domain", { email: "eve@evil.example", sub: "n4" }, "oauth_domain"],
    ["an unverified address of an allowed domain", { email_verified: false, sub: "n5" }, "oauth_domain"],
    ["another organisation, whatever the address", { hd: "evil.example", sub: "n6" }, "oauth_domain"],
    ["an address that ends like an allowed domain", { email: "eve@evil-example.com", sub: "n7" }, "oauth_domain"],
    ["an address under an allowed domain", { email: "eve@evil.example.com", sub: "n8" }, "oauth_domain"],
    ["an address with two domains", { email: "eve@evil.example@example.com", sub: "n9" }, "oauth_domain"],
  ])("that holds %s", async (_, forged, code) => {
    google.forge = (claims) => ({ ...claims, ...forged });
    const browser = newBrowser();
    expect(await refused(browser, await begin(browser, "google"), 403)).toBe(code);
    google.forge = (claims) => claims;
  });
});

test("a provider that is out of order is said to be, without its words", async () => {
  for (const outage of [
    () => new Response("canary outage", { status: 500 }),
    () => new Response("<html>canary", { headers: { "content-type": "text/html" } }),
    () => Response.json({ id: "canary" }),
    () => Response.redirect("http://127.0.0.1:1/canary", 302),
    () => new Response("x".repeat(2 * 1024 * 1024)),
  ]) {
    github.outage = outage;
    const browser = newBrowser();
    expect(await refused(browser, await begin(browser, "github"))).toBe("oauth_failed");
  }
  github.outage = undefined;

  await using alone = await testApp({ env: { AUTH_MODE: "full", ...google.env, AUTH_GOOGLE_ISSUER: "http://127.0.0.1:1" } });
  const answer = await alone.get<{ code: string }>("/api/auth/oauth/google");
  expect([answer.status, answer.body.code]).toEqual([503, "oauth_unreachable"]);
});

test("someone who looks at the page is sent back to it with a code, and nothing else", async () => {
  const looking = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "cross-site" };
  // A browser says so only to an address that it trusts; over plain http to another machine it says no more than this.
  const lookingFromAfar = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
  for (const headers of [looking, lookingFromAfar] as Record<string, string>[]) {
    const answer = await app.get("/api/auth/callback/github?code=canary&state=canary", headers);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?error=oauth_state"]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  }
  const fetching = { ...lookingFromAfar, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin" };
  expect((await app.get("/api/auth/callback/github?code=canary&state=canary", fetching)).status).toBe(400);
});

test("in all of this nothing failed, and no secret was logged", () => {
  expect(log.lines.filter(({ level }) => level >= 50)).toEqual([]);
  expect(JSON.stringify(log.lines)).not.toContain("canary");
});
