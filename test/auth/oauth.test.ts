import { expect, test } from "bun:test";
import type { User } from "@/domain/user";
import { createBrowser } from "../support/browser";
import { createClient } from "../support/client";
import { fakeGitHub } from "../support/fake-github";
import { openIdProvider } from "../support/openid-provider";
import { register } from "../support/people";
import { type TestApp, testApp } from "../support/test-app";

const PUBLIC = "http://everruns.test";
const FULL = { AUTH_MODE: "full", AUTH_BASE_URL: PUBLIC };

const browserOf = (app: TestApp) => createBrowser({ "everruns.test": app.url });

/** Goes through the provider and comes back; answers what the server says to it. */
async function signInWith(browser: ReturnType<typeof createBrowser>, provider: string, query = "") {
  const back = await browser.follow(`${PUBLIC}/api/auth/oauth/${provider}${query}`, ({ pathname }) =>
    pathname.startsWith("/api/auth/callback/"),
  );
  return browser.visit(back);
}

async function meOf(app: TestApp, browser: ReturnType<typeof createBrowser>): Promise<User> {
  const token = browser.cookies().find(({ name }) => name === "access_token")!.value;
  return (await createClient(app.url).get<User>("/api/auth/me", { authorization: `Bearer ${token}` })).body;
}

test.each(["id_token", "userinfo"] as const)("signs in with a real OpenID provider, claims in its %s", async (claimsIn) => {
  await using provider = await openIdProvider({
    account: { sub: "g-1", email: "Ada@Example.com", email_verified: true, name: "Ada Lovelace", picture: "https://p.example/ada.png" },
    redirectUri: `${PUBLIC}/api/auth/callback/google`,
    claimsIn,
  });
  await using app = await testApp({ env: { ...FULL, ...provider.env, AUTH_GOOGLE_ALLOWED_DOMAINS: "other.example, Example.com" } });
  expect((await app.get("/api/auth/config")).body).toMatchObject({ oauth_providers: ["google"], signup_enabled: true });

  const browser = browserOf(app);
  const begun = await browser.visit(`${PUBLIC}/api/auth/oauth/google`);
  expect(begun.status).toBe(303);
  const asked = Object.fromEntries(begun.location!.searchParams);
  expect(asked).toEqual({
    response_type: "code",
    client_id: "google-client",
    redirect_uri: `${PUBLIC}/api/auth/callback/google`,
    scope: "openid email profile",
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });
  const [cookie] = browser.cookies();
  expect(cookie).toMatchObject({ name: "oauth_google", path: "/api/auth/callback/google" });
  expect(cookie!.attributes).toMatch(/HttpOnly/);
  expect(cookie!.attributes).toMatch(/SameSite=Lax/);
  expect(cookie!.attributes).toMatch(/Max-Age=600/);
  for (const secret of [asked.state!, asked.nonce!]) expect(decodeURIComponent(cookie!.value)).not.toContain(secret);

  const answer = await signInWith(browser, "google");
  expect([answer.status, answer.headers.get("location"), answer.text]).toEqual([303, "/", ""]);
  expect(
    browser
      .cookies()
      .filter(({ host }) => host === "everruns.test")
      .map(({ name, path }) => `${name} ${path}`)
      .sort(),
  ).toEqual(["access_token /", "refresh_token /api/auth"]);
  const me = await meOf(app, browser);
  expect(me).toEqual({
    id: expect.any(String),
    email: "ada@example.com",
    name: "Ada Lovelace",
    roles: ["admin"],
    avatar_url: "https://p.example/ada.png",
  });

  // Again, from another browser: the same account.
  const another = browserOf(app);
  expect((await signInWith(another, "google")).status).toBe(303);
  expect((await meOf(app, another)).id).toBe(me.id);
});

test("signs in with GitHub by the primary verified address, and knows the account by its number alone", async () => {
  using github = fakeGitHub();
  await using app = await testApp({ env: { ...FULL, ...github.env } });
  const browser = browserOf(app);
  const answer = await signInWith(browser, "github");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  expect(Object.fromEntries(github.asked[0]!)).toEqual({
    response_type: "code",
    client_id: "github-client",
    redirect_uri: `${PUBLIC}/api/auth/callback/github`,
    scope: "user:email read:user",
    state: expect.any(String),
    code_challenge: expect.any(String),
    code_challenge_method: "S256",
  });
  const me = await meOf(app, browser);
  expect(me).toMatchObject({
    email: "mona@example.com",
    name: "Mona Lisa",
    roles: ["admin"],
    avatar_url: "https://avatars.example/u/4711",
  });

  // The address moved on to somebody else there, and the account has another one now.
  const mona = github.account;
  github.account = { ...mona, login: "lisa", emails: [{ email: "new@example.com", primary: true, verified: true }] };
  const later = browserOf(app);
  await signInWith(later, "github");
  expect((await meOf(app, later)).id).toBe(me.id);
  github.account = {
    ...mona,
    id: 4713,
    name: `\u0007 ${"x".repeat(254)}\u{1F600} and so on`,
    emails: [{ email: "y@example.com", primary: true, verified: true }],
  };
  const long = browserOf(app);
  await signInWith(long, "github");
  expect((await meOf(app, long)).name).toBe("x".repeat(254));
  github.account = {
    ...mona,
    id: 4712,
    name: null,
    avatar_url: "http://plain.example/a.png",
    emails: [{ email: "x@example.com", primary: true, verified: true }],
  };
  const other = browserOf(app);
  await signInWith(other, "github");
  expect(await meOf(app, other)).toMatchObject({ email: "x@example.com", name: "mona", roles: ["user"], avatar_url: null });
});

test("an account here is linked by its address only where both sides have verified it", async () => {
  using github = fakeGitHub();
  await using app = await testApp({ env: { ...FULL, ...github.env } });
  const admin = await register(app, "Admin");
  const mona = await register(app, "Mona");

  const refused = await signInWith(browserOf(app), "github");
  expect(refused.status).toBe(409);
  expect(JSON.parse(refused.text)).toMatchObject({ code: "email_taken" });

  expect((await admin.call("PATCH", `/v1/users/${mona.user.id}`, { email_verified: true })).status).toBe(200);
  const browser = browserOf(app);
  expect((await signInWith(browser, "github")).status).toBe(303);
  expect((await meOf(app, browser)).id).toBe(mona.user.id);
  expect((await admin.get(`/v1/users/${mona.user.id}`)).body).toMatchObject({ providers: ["github"], has_password: true });

  github.account = { ...github.account, id: 1, emails: [{ email: "mona@example.com", primary: true, verified: false }] };
  const unverified = await signInWith(browserOf(app), "github");
  expect([unverified.status, JSON.parse(unverified.text).code]).toEqual([403, "email_unverified"]);
});

test("whoever is disabled does not come in, nor anyone new where sign-up is closed", async () => {
  using github = fakeGitHub();
  await using app = await testApp({ env: { ...FULL, ...github.env } });
  const admin = await register(app, "Admin");
  const browser = browserOf(app);
  await signInWith(browser, "github");
  const { id } = await meOf(app, browser);
  await admin.call("PATCH", `/v1/users/${id}`, { status: "disabled" });
  const refused = await signInWith(browserOf(app), "github");
  expect([refused.status, JSON.parse(refused.text).code]).toEqual([403, "account_disabled"]);
  expect(refused.headers.getSetCookie().filter((line) => /token=./.test(line))).toEqual([]);

  await using closed = await testApp({ env: { ...FULL, ...github.env, AUTH_DISABLE_SIGNUP: "true" } });
  const answer = await signInWith(browserOf(closed), "github");
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([403, "signup_disabled"]);
});

test("where others reach the server, the first account needs the setup link, with a provider too", async () => {
  using github = fakeGitHub();
  // A spelling of this machine's own address that is not taken for one.
  await using app = await testApp({ env: { ...FULL, ...github.env, HOST: "127.1" } });
  const refused = await signInWith(browserOf(app), "github");
  expect([refused.status, JSON.parse(refused.text).code]).toEqual([403, "setup_link_required"]);
  const wrong = await signInWith(browserOf(app), "github", "?setup_token=wrong");
  expect([wrong.status, JSON.parse(wrong.text).code]).toEqual([403, "setup_link_ended"]);
  const token = new URL(app.setupLink!).searchParams.get("token");
  const browser = browserOf(app);
  expect((await signInWith(browser, "github", `?setup_token=${token}`)).status).toBe(303);
  expect((await meOf(app, browser)).roles).toEqual(["admin"]);
});

test("providers that are not set up are not there, and none are without accounts", async () => {
  using github = fakeGitHub();
  await using app = await testApp({ env: { ...FULL, ...github.env } });
  for (const provider of ["google", "nope", "__proto__", "GitHub"])
    for (const route of ["oauth", "callback"]) expect((await app.get(`/api/auth/${route}/${provider}`)).status).toBe(404);
  await using local = await testApp({ env: github.env });
  expect((await local.get("/api/auth/oauth/github")).status).toBe(404);
});

test("https makes the cookie secure, and the redirect address is the configuration's", async () => {
  using github = fakeGitHub();
  await using app = await testApp({ env: { ...FULL, ...github.env, AUTH_BASE_URL: "https://everruns.test/" } });
  const begun = await app.get("/v1/auth/oauth/github", { host: "everruns.test", "x-forwarded-host": "evil.example" });
  expect(begun.status).toBe(303);
  expect(begun.headers.get("set-cookie")).toMatch(/; Secure/);
  expect(new URL(begun.headers.get("location")!).searchParams.get("redirect_uri")).toBe("https://everruns.test/api/auth/callback/github");

  const own = "https://login.example/elsewhere/callback";
  await using behind = await testApp({ env: { ...FULL, ...github.env, AUTH_GITHUB_REDIRECT_URI: own } });
  const other = await behind.get("/api/auth/oauth/github");
  expect(new URL(other.headers.get("location")!).searchParams.get("redirect_uri")).toBe(own);
  expect(other.headers.get("set-cookie")).toMatch(/; Path=\/elsewhere\/callback;.*; Secure/);
});

test("a proxy of the environment hears nothing of it", async () => {
  using github = fakeGitHub();
  await using app = await testApp({ env: { ...FULL, ...github.env } });
  const heard: string[] = [];
  const proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch({ url }) {
      heard.push(url);
      return new Response(null, { status: 502 });
    },
  });
  const before = process.env.HTTP_PROXY;
  process.env.HTTP_PROXY = `http://127.0.0.1:${proxy.port}`;
  try {
    expect((await signInWith(browserOf(app), "github")).status).toBe(303);
    await fetch(`${app.url}/health`);
    expect(heard, "the proxy is asked by others").toEqual([`${app.url}/health`]);
  } finally {
    if (before === undefined) delete process.env.HTTP_PROXY;
    else process.env.HTTP_PROXY = before;
    await proxy.stop(true);
  }
});

test.each([
  ["AUTH_GOOGLE_ISSUER", "http://accounts.example"],
  ["AUTH_GITHUB_BASE_URL", "http://github.example"],
  ["AUTH_GITHUB_API_URL", "ftp://api.example"],
])("%s in the clear is refused at the start", async (variable, address) => {
  using github = fakeGitHub();
  const google = { AUTH_GOOGLE_CLIENT_ID: "g", AUTH_GOOGLE_CLIENT_SECRET: "canary" };
  const failure = await testApp({ env: { ...FULL, ...github.env, ...google, [variable]: address } }).catch((error: Error) => error.message);
  expect(failure).toContain(variable);
  expect(failure).not.toContain(address);
});
