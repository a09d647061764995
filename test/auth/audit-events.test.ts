import { expect, test } from "bun:test";
import { createRepetitions } from "@/auth/repetitions";
import type { AuditEvent } from "@/domain/audit-event";
import type { ResetLink } from "@/domain/managed-user";
import type { OpenApiDocument } from "@/server/openapi";
import { createBrowser } from "../support/browser";
import { conforms } from "../support/conforms";
import { fakeGitHub } from "../support/fake-github";
import { PASSWORD, type Person, register, signIn } from "../support/people";
import { openStored } from "../support/stored";
import { testApp } from "../support/test-app";

const FULL = { AUTH_MODE: "full", AUTH_BASE_URL: "http://everruns.test" };

type List = { items: AuditEvent[]; total: number };

const eventsOf = async (admin: Person, query = ""): Promise<AuditEvent[]> => (await admin.get<List>(`/v1/audit-events${query}`)).body.items;
const actionsOf = (events: AuditEvent[]): string[] => events.map(({ action }) => action).reverse();

test("what people do is told, with who did it to whom and from where", async () => {
  using github = fakeGitHub();
  await using app = await testApp({ env: { ...FULL, ...github.env } });
  const document = (await app.get<OpenApiDocument>("/api-doc/openapi.json")).body;
  const admin = await register(app, "Admin");
  const ada = await register(app, "Ada");
  const later = await signIn(app, "ada@example.com");
  await later.post("/api/auth/logout", undefined);
  const key = (await ada.post<{ id: string; key: string }>("/api/auth/api-keys", { name: "canary", scopes: ["read", "agents:write"] }))
    .body;
  await ada.call("DELETE", `/api/auth/api-keys/${key.id}`);
  await ada.call("PATCH", "/api/auth/me", { name: "Ada L." });
  await ada.call("PATCH", "/api/auth/me", { password: "canary of a password", current_password: PASSWORD });
  const path = `/v1/users/${ada.user.id}`;
  await admin.call("PATCH", path, { role: "admin", email_verified: true });
  await admin.call("PATCH", path, { status: "disabled" });
  await admin.call("PATCH", path, { status: "active", role: "user" });
  const link = (await admin.post<ResetLink>(`${path}/reset-link`, undefined)).body;
  await app.post("/api/auth/reset-password", { token: link.reset_token, password: "canary of another" });
  const provider = (await admin.post<{ id: string }>("/v1/llm-providers", { name: "P", provider_type: "openai", api_key: "canary-key" }))
    .body;
  await admin.call("PATCH", `/v1/llm-providers/${provider.id}`, { name: "Q" });
  await admin.call("PATCH", `/v1/llm-providers/${provider.id}`, { api_key: "canary-key-2" });
  await admin.call("DELETE", `/v1/llm-providers/${provider.id}`);
  const browser = createBrowser({ "everruns.test": app.url });
  await browser.visit(
    await browser.follow("http://everruns.test/api/auth/oauth/github", ({ pathname }) => pathname.includes("/callback/")),
  );
  const bob = (await admin.post<{ id: string }>("/v1/users", { email: "bob@example.com", name: "Bob" })).body;
  await admin.call("DELETE", `/v1/users/${bob.id}`);

  const answer = await admin.get<List>("/v1/audit-events?limit=1000");
  conforms(document, "GET", "/v1/audit-events", 200, answer.body);
  const events = answer.body.items;
  expect(actionsOf(events)).toEqual([
    "account.registered",
    "account.registered",
    "login.succeeded",
    "login.revoked",
    "api_key.created",
    "api_key.deleted",
    "account.updated",
    "password.changed",
    "user.roles_changed",
    "user.updated",
    "user.disabled",
    "user.roles_changed",
    "user.enabled",
    "reset_link.made",
    "password.reset",
    "provider.created",
    "provider.updated",
    "provider.key_changed",
    "provider.deleted",
    "account.registered",
    "identity.linked",
    "login.succeeded",
    "user.created",
    "reset_link.made",
    "user.deleted",
  ]);
  const roles = events.filter(({ action }) => action === "user.roles_changed");
  expect(roles.at(-1)).toEqual({
    id: expect.any(String),
    action: "user.roles_changed",
    actor_id: admin.user.id,
    target_id: ada.user.id,
    address: expect.stringContaining("127.0.0.1"),
    detail: { before: "user", after: "admin" },
    created_at: expect.any(String),
  });
  expect(events.find(({ action }) => action === "api_key.created")).toMatchObject({
    actor_id: ada.user.id,
    target_id: key.id,
    detail: { scopes: "read agents:write" },
  });
  const told = JSON.stringify(events);
  for (const secret of ["canary", "evr_", "eyJ", link.reset_token, PASSWORD]) expect(told).not.toContain(secret);

  expect((await eventsOf(admin, "?action=user.disabled")).length).toBe(1);
  expect(new Set((await eventsOf(admin, `?actor_id=${ada.user.id}`)).map(({ actor_id }) => actor_id))).toEqual(new Set([ada.user.id]));
  expect((await eventsOf(admin, `?target_id=${bob.id}`)).length).toBe(3);
  expect(await eventsOf(admin, "?since=2099-01-01T00:00:00Z")).toEqual([]);
  const [second] = await eventsOf(admin, "?offset=1&limit=1");
  expect(second).toEqual(events[1]!);
  for (const query of ["action=nope", "since=yesterday", "actor_id=me"])
    expect((await admin.get(`/v1/audit-events?${query}`)).status).toBe(400);
});

test("what was refused left nothing but what it counts for", async () => {
  await using app = await testApp({ env: FULL });
  const admin = await register(app, "Admin");
  const ada = await register(app, "Ada");
  const before = (await eventsOf(admin)).length;
  await admin.call("PATCH", `/v1/users/${admin.user.id}`, { role: "user" });
  await ada.call("DELETE", `/v1/users/${admin.user.id}`);
  await app.post("/api/auth/register", { email: "ada@example.com", password: PASSWORD, name: "Ada" });
  expect((await eventsOf(admin)).length).toBe(before);
});

test("attempts are counted by the hour, without what was tried", async () => {
  using github = fakeGitHub();
  await using app = await testApp({ env: { ...FULL, ...github.env } });
  const admin = await register(app, "Admin");
  const failures = [
    ["admin@example.com", "canary-wrong-1"],
    ["admin@example.com", "canary-wrong-2"],
    ["canary-nobody@example.com", "canary-wrong-3"],
    ["canary-other@example.com", "canary-wrong-4"],
    ["canary-third@example.com", "canary-wrong-5"],
  ];
  for (const [email, password] of failures) expect((await app.post("/api/auth/login", { email, password })).status).toBe(401);
  for (let index = 0; index < 12; index++) await app.get(`/api/auth/callback/github?code=canary${index}&state=canary${index}`);
  await app.post("/api/auth/reset-password", { token: "canary-token", password: "canary password" });

  const attempts = (await eventsOf(admin)).filter(({ detail }) => "count" in detail);
  const told = attempts.map(({ action, target_id, detail }) => [action, target_id, detail]);
  const counted = [
    ["login.failed", admin.user.id, { method: "password", count: "2" }],
    ["login.failed", null, { method: "password", count: "3" }],
    ["oauth.failed", null, { provider: "github", reason: "oauth_state", count: "12" }],
    ["reset_link.refused", null, { count: "1" }],
  ];
  expect(told).toHaveLength(counted.length);
  expect(told).toEqual(expect.arrayContaining(counted));

  await app.post("/api/auth/login", { email: "admin@example.com", password: "canary-wrong-6" });
  const again = await eventsOf(admin, "?action=login.failed");
  expect(again).toHaveLength(2);
  expect(again.find(({ target_id }) => target_id === admin.user.id)!.detail.count).toBe("3");
  await app.stop();
  const stored = openStored(app.dataDir);
  expect(stored.text()).not.toContain("canary");
  stored.close();
});

test("a refresh token that comes twice is told", async () => {
  const clock = { offsetMs: 0, now: () => Date.now() + clock.offsetMs };
  await using app = await testApp({ env: FULL, clock });
  const admin = await register(app, "Admin");
  const ada = await register(app, "Ada");
  await app.post("/api/auth/refresh", { refresh_token: ada.refreshToken });
  clock.offsetMs = 60_000;
  expect((await app.post("/api/auth/refresh", { refresh_token: ada.refreshToken })).status).toBe(401);
  expect((await eventsOf(admin, "?action=refresh.reused")).map(({ target_id }) => target_id)).toEqual([ada.user.id]);
});

test("however many addresses an attacker has, an hour costs a bounded number of rows", () => {
  const clock = { ms: 0, now: () => clock.ms };
  const repetitions = createRepetitions(clock);
  for (let index = 0; index < 10_000; index++) repetitions.add({ action: "login.failed", address: `2001:db8::${index.toString(16)}` });
  for (let index = 0; index < 50; index++) repetitions.add({ action: "rate_limit.hit", address: "2001:db8::1" });
  const rows = repetitions.takeChanged();
  expect(rows).toHaveLength(102);
  expect(rows.filter(({ address }) => address === null).map(({ action, detail }) => [action, detail.count])).toEqual([
    ["login.failed", "9900"],
    ["rate_limit.hit", "50"],
  ]);
  expect(repetitions.takeChanged()).toEqual([]);

  repetitions.add({ action: "login.failed", address: "2001:db8::1" });
  clock.ms += 3_600_000;
  repetitions.add({ action: "login.failed", address: "2001:db8::1" });
  const changed = repetitions.takeChanged();
  expect(changed.map(({ detail }) => detail.count)).toEqual(["2", "1"]);
  expect(rows.some(({ id }) => id === changed[0]!.id)).toBe(true);
});
