import { describe, expect, test } from "bun:test";
import type { ResetLink } from "@/domain/managed-user";
import { PASSWORD, register, signIn } from "../support/people";
import { openStored } from "../support/stored";
import { testApp } from "../support/test-app";

const FULL = { AUTH_MODE: "full" };
/** A spelling of this machine's own address that is not taken for one. */
const REACHABLE = { ...FULL, HOST: "127.1" };
const HOUR_MS = 3_600_000;

const movable = () => {
  const clock = { offsetMs: 0, now: () => Date.now() + clock.offsetMs };
  return clock;
};
const codeOf = (body: unknown) => (body as { code: string }).code;
const tokenIn = (link: string | undefined) => new URL(link!).searchParams.get("token")!;

describe("a link to a new password", () => {
  async function linkedApp() {
    const clock = movable();
    const app = await testApp({ env: FULL, clock });
    const admin = await register(app, "Admin");
    const ada = await register(app, "Ada");
    const makeLink = async () => (await admin.post<ResetLink>(`/v1/users/${ada.user.id}/reset-link`, undefined)).body;
    const reset = (token: string, password: string) => app.post("/api/auth/reset-password", { token, password });
    return Object.assign(app, { clock, admin, ada, makeLink, reset });
  }

  test("works once, and signs the account out everywhere", async () => {
    await using app = await linkedApp();
    const { reset_token, expires_at } = await app.makeLink();
    expect(reset_token).toMatch(/^[\w-]{43}$/);
    expect(Math.abs(Date.parse(expires_at) - Date.now() - 24 * HOUR_MS)).toBeLessThan(60_000);

    const weak = await app.reset(reset_token, "password");
    expect([weak.status, codeOf(weak.body)]).toEqual([400, "weak_password"]);
    const answer = await app.reset(reset_token, "a password that is new");
    expect([answer.status, answer.body]).toEqual([204, null]);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await app.ada.get("/api/auth/me")).status).toBe(401);
    expect((await app.post("/api/auth/login", { email: app.ada.user.email, password: PASSWORD })).status).toBe(401);
    await signIn(app, app.ada.user.email, "a password that is new");

    const again = await app.reset(reset_token, "a password for a thief");
    expect([again.status, codeOf(again.body)]).toEqual([400, "reset_link_ended"]);
  });

  test("works once of many at once", async () => {
    await using app = await linkedApp();
    const { reset_token } = await app.makeLink();
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => app.reset(reset_token, `a password with number ${index}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400, 400, 400, 400, 400]);
    const winner = answers.findIndex(({ status }) => status === 204);
    await signIn(app, app.ada.user.email, `a password with number ${winner}`);
  });

  test("ends after a day, with a newer one, with a password changed otherwise and with the account", async () => {
    await using app = await linkedApp();
    const refused = async (token: string) => {
      const { status, body } = await app.reset(token, "a password that is new");
      expect([status, codeOf(body)]).toEqual([400, "reset_link_ended"]);
    };
    const first = await app.makeLink();
    const second = await app.makeLink();
    await refused(first.reset_token);
    await app.ada.call("PATCH", "/api/auth/me", { password: "chosen by herself", current_password: PASSWORD });
    await refused(second.reset_token);

    const third = await app.makeLink();
    app.clock.offsetMs = 24 * HOUR_MS + 1;
    await refused(third.reset_token);
    app.clock.offsetMs = 0;
    const fourth = await app.makeLink();
    await app.admin.call("DELETE", `/v1/users/${app.ada.user.id}`);
    await refused(fourth.reset_token);
    for (const token of ["", "x", "a".repeat(43), fourth.reset_token.slice(0, -1)]) await refused(token);
  });
});

describe("the first account of a server that others reach", () => {
  const body = (setup_token?: string | null) => ({ email: "first@example.com", password: PASSWORD, name: "First", setup_token });

  test("needs the link that the server prints, which works once", async () => {
    await using app = await testApp({ env: REACHABLE });
    expect(app.setupLink).toMatch(/^http:\/\/127\.1:\d+\/setup\?token=[\w-]{43}$/);
    const token = tokenIn(app.setupLink);
    const isRequired = async () => (await app.get<{ setup_required: boolean }>("/api/auth/config")).body.setup_required;
    expect(await isRequired()).toBe(true);
    for (const [given, code] of [
      [undefined, "setup_link_required"],
      [null, "setup_link_required"],
      ["", "setup_link_required"],
      ["wrong", "setup_link_ended"],
      [token.slice(0, -1), "setup_link_ended"],
    ] as const) {
      const refused = await app.post("/api/auth/register", body(given));
      expect([refused.status, codeOf(refused.body)]).toEqual([403, code]);
    }
    const stored = openStored(app.dataDir);
    expect(stored.text()).not.toContain(token);
    stored.close();

    const answers = await Promise.all(
      ["a", "b", "c"].map((name) => app.post("/api/auth/register", { ...body(token), email: `${name}@example.com` })),
    );
    // Once the first is there, others sign up as anywhere: as users, whatever they hold.
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await isRequired()).toBe(false);
    const people = await Promise.all(["a", "b", "c"].map((name) => signIn(app, `${name}@example.com`)));
    expect(people.filter(({ user }) => user.roles.includes("admin"))).toHaveLength(1);
    await register(app, "Later");
  });

  test("needs it behind a proxy with TLS as well, however this machine is called there", async () => {
    await using app = await testApp({ env: { ...FULL, AUTH_BASE_URL: "https://agents.example" } });
    expect(app.setupLink).toStartWith("https://agents.example/setup?token=");
    expect((await app.post("/api/auth/register", body())).status).toBe(403);
    expect((await app.post("/api/auth/register", body(tokenIn(app.setupLink)))).status).toBe(201);
    await using local = await testApp({ env: { ...FULL, AUTH_BASE_URL: "https://localhost:8443" } });
    expect(local.setupLink).toBeUndefined();
  });

  test("finds an earlier link void after a new start, and a late one", async () => {
    const clock = movable();
    await using folder = await testApp({ env: REACHABLE });
    const early = tokenIn(folder.setupLink);
    await folder.stop();
    await using app = await testApp({ env: { ...REACHABLE, AUTH_BASE_URL: "https://agents.example/" }, dataDir: folder.dataDir, clock });
    expect(app.setupLink).toStartWith("https://agents.example/setup?token=");
    const late = tokenIn(app.setupLink);
    expect((await app.post("/api/auth/register", body(early))).status).toBe(403);
    clock.offsetMs = HOUR_MS / 2 + 1;
    expect((await app.post("/api/auth/register", body(late))).status).toBe(403);
    clock.offsetMs = 0;
    expect((await app.post("/api/auth/register", body(late))).status).toBe(201);
    await app.stop();
    await using later = await testApp({ env: REACHABLE, dataDir: folder.dataDir });
    expect(later.setupLink).toBeUndefined();
  });

  test("needs none on this machine alone, nor in the other modes", async () => {
    await using app = await testApp({ env: FULL });
    expect(app.setupLink).toBeUndefined();
    expect((await register(app, "First")).user.roles).toEqual(["admin"]);
    await using admin = await testApp({
      env: { HOST: "127.1", AUTH_MODE: "admin", AUTH_ADMIN_EMAIL: "root@example.com", AUTH_ADMIN_PASSWORD: PASSWORD },
    });
    expect(admin.setupLink).toBeUndefined();
  });
});
