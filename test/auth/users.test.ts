import { describe, expect, test } from "bun:test";
import type { ManagedUser, NewManagedUser, ResetLink } from "@/domain/managed-user";
import type { OpenApiDocument } from "@/server/openapi";
import { capturedLog } from "../support/captured-log";
import { conforms } from "../support/conforms";
import { UNKNOWN_ID } from "../support/contract-app";
import { PASSWORD, type Person, register, signIn } from "../support/people";
import { openStored } from "../support/stored";
import { testApp } from "../support/test-app";

const FULL = { AUTH_MODE: "full", AUTH_BASE_URL: "https://agents.example/" };

const FIRST_WORD = { id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta: { role: "assistant", content: "Well" } }] };

/** A server with an admin and two users. */
async function peopledApp() {
  const app = await testApp({ env: FULL });
  const admin = await register(app, "Admin");
  const ada = await register(app, "Ada");
  const bob = await register(app, "Bob");
  return Object.assign(app, { admin, ada, bob });
}

const statusOf = async (answer: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await answer;
  return [status, (body as { code?: string } | null)?.code];
};

const setUser = (admin: Person, { user }: Person, change: object) => admin.call<ManagedUser>("PATCH", `/v1/users/${user.id}`, change);

test("accounts are for admins to look after, with a key that may do everything", async () => {
  await using app = await peopledApp();
  const { admin, ada } = app;
  const lines = [
    "GET /v1/users",
    "POST /v1/users",
    ...["GET", "PATCH", "DELETE"].map((method) => `${method} /v1/users/${ada.user.id}`),
    `POST /v1/users/${ada.user.id}/reset-link`,
    "GET /v1/audit-events",
  ];
  const narrow = (await admin.post<{ key: string }>("/api/auth/api-keys", { name: "narrow", scopes: ["read", "write"] })).body.key;
  const wide = (await admin.post<{ key: string }>("/api/auth/api-keys", { name: "wide", scopes: ["admin"] })).body.key;
  const theirs = (await ada.post<{ key: string }>("/api/auth/api-keys", { name: "wide", scopes: ["*"] })).body.key;
  for (const line of lines) {
    const [method, path] = line.split(" ") as [string, string];
    const body = method === "GET" || method === "DELETE" ? undefined : { email: "new@example.com", name: "New" };
    expect([line, (await app.call(method, path, body)).status]).toEqual([line, 401]);
    expect([line, (await ada.call(method, path, body)).status]).toEqual([line, 403]);
    expect([line, (await app.call(method, path, body, { authorization: theirs })).status]).toEqual([line, 403]);
    expect([line, (await app.call(method, path, body, { authorization: narrow })).status]).toEqual([line, 403]);
  }
  expect((await app.get("/v1/users", { authorization: wide })).status).toBe(200);
  for (const line of lines.slice(2, -1)) {
    const [method, path] = line.replace(ada.user.id, UNKNOWN_ID).split(" ") as [string, string];
    expect([line, (await admin.call(method, path, method === "PATCH" ? {} : undefined)).status]).toEqual([line, 404]);
  }
});

test("an admin lists, finds, makes and changes accounts", async () => {
  await using app = await peopledApp();
  const { admin, ada } = app;
  const document = (await app.get<OpenApiDocument>("/api-doc/openapi.json")).body;
  const list = (await admin.get<{ items: ManagedUser[]; total: number }>("/v1/users?limit=2")).body;
  conforms(document, "GET", "/v1/users", 200, list);
  expect([list.items.map(({ email }) => email), list.total]).toEqual([["admin@example.com", "ada@example.com"], 3]);
  expect((await admin.get<{ items: ManagedUser[] }>("/v1/users?search=ADA@")).body.items.map(({ id }) => id)).toEqual([ada.user.id]);

  const asked = {
    email: "Cleo@Example.com",
    name: " Cleo ",
    role: "admin",
    id: UNKNOWN_ID,
    status: "disabled",
    password: "canary-password",
  };
  const made = (await admin.post<NewManagedUser>("/v1/users", asked, { "idempotency-key": "cleo" })).body;
  conforms(document, "POST", "/v1/users", 201, made);
  const { reset, ...cleo } = made;
  expect(cleo).toEqual({
    id: expect.not.stringContaining(UNKNOWN_ID),
    email: "cleo@example.com",
    name: "Cleo",
    roles: ["admin"],
    avatar_url: null,
    status: "active",
    email_verified: false,
    has_password: false,
    providers: [],
    created_at: expect.any(String),
  });
  expect(reset.reset_link).toBe(`https://agents.example/reset-password?token=${reset.reset_token}`);
  expect((await admin.post("/v1/users", asked, { "idempotency-key": "cleo" })).body).toEqual(made);
  expect(await statusOf(admin.post("/v1/users", asked))).toEqual([409, "email_taken"]);
  const stored = openStored(app.dataDir);
  expect(stored.text()).not.toContain(reset.reset_token);
  stored.close();

  const changed = await setUser(admin, ada, { name: "Ada L.", roles: ["user", "admin"], email_verified: true });
  conforms(document, "PATCH", "/v1/users/{id}", 200, changed.body);
  expect(changed.body).toMatchObject({ name: "Ada L.", roles: ["user", "admin"], email_verified: true });
  expect((await ada.get("/v1/users")).status).toBe(200);
  expect((await setUser(admin, ada, {})).body).toEqual(changed.body);
  expect(await statusOf(setUser(admin, ada, { roles: ["root"] }))).toEqual([400, "validation_error"]);
  expect(await statusOf(setUser(admin, ada, { status: "gone" }))).toEqual([400, "validation_error"]);
});

test("whoever is disabled is out at once, and comes in again when enabled", async () => {
  await using app = await peopledApp();
  const { admin, ada } = app;
  const key = (await ada.post<{ key: string }>("/api/auth/api-keys", { name: "k" })).body.key;
  const { reset_token } = (await admin.post<ResetLink>(`/v1/users/${ada.user.id}/reset-link`, undefined)).body;
  expect((await setUser(admin, ada, { status: "disabled" })).body).toMatchObject({ status: "disabled" });
  expect((await ada.get("/api/auth/me")).status).toBe(401);
  expect((await app.get("/api/auth/me", { authorization: key })).status).toBe(401);
  expect((await app.post("/api/auth/refresh", { refresh_token: ada.refreshToken })).status).toBe(401);
  expect((await app.post("/api/auth/login", { email: ada.user.email, password: PASSWORD })).status).toBe(401);
  expect(await statusOf(app.post("/api/auth/reset-password", { token: reset_token, password: "another long password" }))).toEqual([
    400,
    "reset_link_ended",
  ]);

  await setUser(admin, ada, { status: "active" });
  expect((await ada.get("/api/auth/me")).status).toBe(401);
  expect((await signIn(app, ada.user.email)).user.id).toBe(ada.user.id);
});

describe("nobody can lock everyone out", () => {
  test("the last active admin stays one, and nobody does it to themselves", async () => {
    await using app = await peopledApp();
    const { admin, ada } = app;
    const remove = (who: Person, whom: Person) => who.call("DELETE", `/v1/users/${whom.user.id}`);
    for (const change of [{ role: "user" }, { status: "disabled" }])
      expect(await statusOf(setUser(admin, admin, change))).toEqual([409, "own_account"]);
    expect(await statusOf(remove(admin, admin))).toEqual([409, "own_account"]);
    expect((await setUser(admin, admin, { name: "Still me", role: "admin" })).status).toBe(200);

    await setUser(admin, ada, { role: "admin" });
    await setUser(admin, ada, { status: "disabled" });
    expect(await statusOf(setUser(admin, admin, { role: "user" }))).toEqual([409, "own_account"]);
    await setUser(admin, ada, { status: "active" });
    const back = await signIn(app, ada.user.email);
    expect((await setUser(back, admin, { role: "user" })).status).toBe(200);
    expect((await admin.get("/v1/users")).status).toBe(403);
  });

  test("of two admins who demote, disable or delete each other at once, one stays", async () => {
    for (const change of [{ role: "user" }, { status: "disabled" }, "DELETE"]) {
      await using app = await peopledApp();
      const { admin, ada } = app;
      await setUser(admin, ada, { role: "admin" });
      const does = (who: Person, whom: Person) =>
        change === "DELETE" ? who.call("DELETE", `/v1/users/${whom.user.id}`) : setUser(who, whom, change as object);
      const [one, other] = await Promise.all([does(admin, ada), does(ada, admin)]);
      expect([one.status, other.status].filter((status) => status < 300)).toHaveLength(1);
      const left = (one.status < 300 ? admin : ada) as Person;
      const admins = (await left.get<{ items: ManagedUser[] }>("/v1/users")).body.items.filter(
        ({ roles, status }) => roles.includes("admin") && status === "active",
      );
      expect(admins.map(({ id }) => id)).toEqual([left.user.id]);
    }
  });
});

describe("deleting an account", () => {
  test("takes its agents, sessions and keys", async () => {
    await using app = await peopledApp();
    const { admin, ada } = app;
    const agent = await ada.createAgent();
    const session = await ada.createSession(agent.id);
    await ada.say(session, "hello");
    expect(await statusOf(admin.call("DELETE", `/v1/users/${ada.user.id}`))).toEqual([204, undefined]);
    expect((await ada.get("/api/auth/me")).status).toBe(401);
    expect((await admin.get(`/v1/agents/${agent.id}`)).status).toBe(404);
    expect((await admin.get(session.path)).status).toBe(404);
    expect((await admin.get(`/v1/users/${ada.user.id}`)).status).toBe(404);
    expect((await app.post("/api/auth/login", { email: ada.user.email, password: PASSWORD })).status).toBe(401);
    const again = await register(app, "Ada");
    expect(again.user.id).not.toBe(ada.user.id);
    expect((await again.get<{ total: number }>("/v1/agents")).body.total).toBe(0);
  });

  test("lets go of the models that were answering it, and nothing fails for it", async () => {
    const log = capturedLog();
    await using app = await testApp({ env: FULL, logger: log.logger });
    const admin = await register(app, "Admin");
    const ada = await register(app, "Ada");
    const asked = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const model = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      fetch({ signal }) {
        signal.addEventListener("abort", () => letGo.resolve());
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(FIRST_WORD)}\n\n`)),
        });
        asked.resolve();
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      },
    });
    const provider = { name: "slow", provider_type: "custom", base_url: `http://127.0.0.1:${model.port}/v1`, is_default: true };
    const { id } = (await admin.post<{ id: string }>("/v1/llm-providers", provider)).body;
    await admin.post(`/v1/llm-providers/${id}/models`, { model_id: "slow", display_name: "Slow", is_default: true });
    const session = await ada.createSession((await ada.createAgent()).id);
    await ada.say(session, "hello");
    await asked.promise;
    expect((await admin.call("DELETE", `/v1/users/${ada.user.id}`)).status).toBe(204);
    await letGo.promise;
    await app.stop();
    await model.stop(true);
    expect(log.lines).toEqual([]);
  });

  test("never takes other people's conversations", async () => {
    await using app = await peopledApp();
    const { admin, ada, bob } = app;
    const shared = await ada.createAgent({ visibility: "shared" });
    const own = await ada.createSession(shared.id);
    const theirs = await bob.createSession(shared.id);
    expect(await statusOf(admin.call("DELETE", `/v1/users/${ada.user.id}`))).toEqual([409, "agents_in_use"]);
    for (const heir of [ada.user.id, UNKNOWN_ID, "nobody"])
      expect((await admin.call("DELETE", `/v1/users/${ada.user.id}?transfer_to=${heir}`)).status).toBe(400);
    expect((await admin.call("DELETE", `/v1/users/${ada.user.id}?transfer_to=${bob.user.id}`)).status).toBe(204);
    expect((await bob.get(theirs.path)).status).toBe(200);
    expect((await bob.get(own.path)).status).toBe(200);
    expect((await bob.call("PATCH", `/v1/agents/${shared.id}`, { name: "Mine now" })).status).toBe(200);
  });
});

describe("one's own account", () => {
  test("has a name that is changed, and nothing else", async () => {
    await using app = await peopledApp();
    const { ada } = app;
    const changed = await ada.call("PATCH", "/v1/auth/me", {
      name: "Ada L.",
      roles: ["admin"],
      email: "evil@example.com",
      status: "disabled",
    });
    expect(changed.body).toEqual({ ...ada.user, name: "Ada L." });
    expect((await ada.get("/api/auth/me")).body).toEqual(changed.body);
    const key = (await ada.post<{ key: string }>("/api/auth/api-keys", { name: "k" })).body.key;
    expect((await app.call("PATCH", "/api/auth/me", { name: "By key" }, { authorization: key })).status).toBe(403);
    expect((await app.call("PATCH", "/api/auth/me", { name: "Stranger" })).status).toBe(401);
  });

  test("has a password that is changed with the one before, and ends every other login", async () => {
    await using app = await peopledApp();
    const { ada } = app;
    const elsewhere = await signIn(app, ada.user.email);
    const password = "a password that is new";
    const change = (body: object) => ada.call("PATCH", "/api/auth/me", body);
    expect(await statusOf(change({ password }))).toEqual([400, "invalid"]);
    expect(await statusOf(change({ password, current_password: "wrong password" }))).toEqual([403, "wrong_password"]);
    expect(await statusOf(change({ password: "password1", current_password: PASSWORD }))).toEqual([400, "weak_password"]);
    expect((await elsewhere.get("/api/auth/me")).status).toBe(200);
    expect((await change({ password, current_password: PASSWORD })).status).toBe(200);
    expect((await ada.get("/api/auth/me")).status).toBe(200);
    expect((await elsewhere.get("/api/auth/me")).status).toBe(401);
    expect((await app.post("/api/auth/refresh", { refresh_token: elsewhere.refreshToken })).status).toBe(401);
    expect((await app.post("/api/auth/login", { email: ada.user.email, password: PASSWORD })).status).toBe(401);
    await signIn(app, ada.user.email, password);
  });

  test("is not kept without accounts, and is the configuration's in mode admin", async () => {
    await using local = await testApp();
    expect(await statusOf(local.call("PATCH", "/api/auth/me", { name: "Me" }))).toEqual([403, "auth_disabled"]);
    expect(await statusOf(local.post("/api/auth/reset-password", { token: "x", password: "long enough" }))).toEqual([403, "auth_disabled"]);
    await using one = await testApp({ env: { AUTH_MODE: "admin", AUTH_ADMIN_EMAIL: "root@example.com", AUTH_ADMIN_PASSWORD: PASSWORD } });
    const root = await signIn(one, "root@example.com");
    expect(await statusOf(root.call("PATCH", "/api/auth/me", { password: "another password", current_password: PASSWORD }))).toEqual([
      403,
      "auth_disabled",
    ]);
  });
});
