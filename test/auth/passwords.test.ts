import { afterAll, describe, expect, spyOn, test } from "bun:test";
import { createPasswords } from "@/auth/passwords";
import { accountsApp } from "../support/accounts-app";

const app = await accountsApp();
afterAll(() => app[Symbol.asyncDispose]());
const ada = await app.register("ada");

test("the first one to sign up is an admin, later ones are not", async () => {
  expect(ada.roles).toEqual(["admin"]);
  expect((await app.register("bob")).roles).toEqual(["user"]);
});

test("of many who sign up at once, one is an admin, and one address is one account", async () => {
  await using fresh = await accountsApp();
  const people = await Promise.all(Array.from({ length: 8 }, (_, index) => fresh.register(`person${index}`)));
  expect(people.filter(({ roles }) => roles.includes("admin"))).toHaveLength(1);

  const same = { email: "twin@example.com", password: "the password of twins", name: "Twin" };
  const answers = await Promise.all(Array.from({ length: 5 }, () => fresh.post("/api/auth/register", same)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
});

test("an address is the same in any case", async () => {
  const shouted = { email: "ADA@Example.COM", password: ada.password };
  expect((await app.post("/v1/auth/login", shouted)).status).toBe(200);
  expect(await app.post("/v1/auth/register", { ...shouted, name: "Ada" })).toMatchObject({ status: 409, body: { code: "email_taken" } });
});

test("an unknown address, a wrong password and a disabled account get one answer, after one hash each", async () => {
  const off = await app.register("off");
  app.change("update users set status = 'disabled' where id = ?", off.id);
  const verify = spyOn(Bun.password, "verify");
  const answers = [];
  for (const [email, password] of [
    ["nobody@example.com", "the password of nobody"],
    [ada.email, "the password of another"],
    [ada.email, ""],
    [off.email, off.password],
    ["anonymous@local", "the password of the machine"],
  ])
    answers.push(await app.post("/api/auth/login", { email, password }));
  expect(verify).toHaveBeenCalledTimes(answers.length);
  verify.mockRestore();
  for (const { status, body, headers } of answers) {
    expect([status, body]).toEqual([401, { error: "Invalid email or password", status: 401, code: "invalid_login" }]);
    expect(headers.getSetCookie()).toEqual([]);
    expect(headers.get("www-authenticate")).toStartWith("Bearer");
  }
});

test("what is kept is Argon2id, and nothing of the password", async () => {
  const { openStored } = await import("../support/stored");
  const stored = openStored(app.dataDir);
  const text = stored.text();
  stored.close();
  expect(text).toContain("$argon2id$v=19$m=19456,t=2,p=1$");
  expect(text).not.toContain(ada.password);
});

describe("a weak password makes no account:", () => {
  test.each([
    "short",
    "        ",
    "   x    ",
    "password",
    "PASSWORD1",
    "12345678",
    "aaaaaaaaaa",
    "abababab",
    "weak@example.com",
    "weak.one",
    "A Weak One",
    "é".repeat(600),
  ])("%s", async (password) => {
    const answer = await app.post<{ error: string }>("/api/auth/register", { email: "weak@example.com", password, name: "A Weak One" });
    const isOwn = password === "weak.one";
    expect([answer.status, answer.body.error ?? ""]).toEqual(isOwn ? [201, ""] : [400, expect.stringContaining("password")]);
  });
});

test("a repeated sign-up with its key is the same login, and with another password it is nothing", async () => {
  const account = { email: "again@example.com", password: "the password of again", name: "Again" };
  const key = { "idempotency-key": "sign-up-1" };
  const [first, second] = [await app.post("/api/auth/register", account, key), await app.post("/api/auth/register", account, key)];
  expect([first.status, second.status, second.headers.get("idempotent-replayed")]).toEqual([201, 201, "true"]);
  expect(second.body).toEqual(first.body);
  expect((await app.post("/api/auth/register", { ...account, password: "another password" }, key)).status).toBe(422);
  for (const password of [account.password, "another password"]) {
    const answer = await app.post("/api/auth/register", { ...account, password }, { "idempotency-key": "sign-up-2" });
    expect([answer.status, answer.body]).toEqual([409, expect.objectContaining({ code: "email_taken" })]);
  }
  expect((await app.post("/api/auth/register", account)).status).toBe(409);

  const twins = { ...account, email: "at-once@example.com" };
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => app.post("/api/auth/register", twins, { "idempotency-key": "sign-up-3" })),
  );
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
  expect(answers[0]!.status).toBe(201);

  const login = { email: account.email, password: account.password };
  const [one, two] = [await app.post("/api/auth/login", login, key), await app.post("/api/auth/login", login, key)];
  expect([one.status, two.status, two.headers.get("idempotent-replayed")]).toEqual([200, 200, "true"]);
  expect(two.body).toEqual(one.body);
  expect((await app.post("/api/auth/login", { ...login, password: "another password" }, key)).status).toBe(401);
});

test("two hash at once, fifty wait, and the next is sent away", async () => {
  const passwords = createPasswords();
  let running = 0;
  let most = 0;
  const open: (() => void)[] = [];
  const hash = spyOn(Bun.password, "hash").mockImplementation(async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => open.push(resolve));
    running--;
    return "hash";
  });
  const hashed = Array.from({ length: 52 }, () => passwords.hash("a password"));
  await expect(passwords.hash("a password")).rejects.toMatchObject({ kind: "unavailable" });
  const all = Promise.all(hashed);
  let isDone = false;
  void all.then(() => (isDone = true));
  while (!isDone) {
    open.shift()?.();
    await Promise.resolve();
  }
  hash.mockRestore();
  expect([(await all).length, most]).toEqual([52, 2]);
});

test("signing up and passwords can be switched off", async () => {
  await using closed = await accountsApp({ AUTH_DISABLE_SIGNUP: "true" });
  expect((await closed.get("/api/auth/config")).body).toEqual({
    mode: "full",
    password_auth_enabled: true,
    oauth_providers: [],
    signup_enabled: false,
    setup_required: false,
  });
  const account = { email: "ada@example.com", password: "the password of ada", name: "Ada" };
  expect(await closed.post("/api/auth/register", account)).toMatchObject({ status: 403, body: { code: "signup_disabled" } });

  await using federated = await accountsApp({
    AUTH_DISABLE_PASSWORD: "true",
    AUTH_GITHUB_CLIENT_ID: "id",
    AUTH_GITHUB_CLIENT_SECRET: "secret",
  });
  expect((await federated.get("/api/auth/config")).body).toMatchObject({ password_auth_enabled: false, oauth_providers: ["github"] });
  for (const path of ["login", "register"])
    expect(await federated.post(`/api/auth/${path}`, account)).toMatchObject({ status: 403, body: { code: "password_disabled" } });
});
