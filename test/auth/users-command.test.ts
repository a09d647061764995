import { afterAll, beforeAll, expect, test } from "bun:test";
import type { AuditEvent } from "@/domain/audit-event";
import type { ManagedUser, NewManagedUser, ResetLink } from "@/domain/managed-user";
import { builtExecutable, emptyFolder, run, serve } from "../support/executable";
import { fakeGitHub } from "../support/fake-github";
import { PASSWORD, register, signIn } from "../support/people";
import { type TestApp, testApp } from "../support/test-app";

const here = emptyFolder();
beforeAll(() => void builtExecutable(), 60_000);
afterAll(() => here[Symbol.dispose]());

/** Runs a command on the data folder of a server that runs. */
async function users(dataDir: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const words = ["users", ...args, "--data-dir", dataDir];
  const { exitCode, stdout, stderr } = await run(here.path, words, { AUTH_BASE_URL: "https://agents.example" });
  return { code: exitCode, out: stdout, err: stderr };
}

const fullApp = () => testApp({ env: { AUTH_MODE: "full" } });
const tokenIn = (link: string) => new URL(link.trim()).searchParams.get("token")!;
const choosePassword = (app: TestApp, link: string, password: string) =>
  app.post("/api/auth/reset-password", { token: tokenIn(link), password });

test("accounts are made, promoted, disabled and enabled beside a server that runs, which sees it at once", async () => {
  await using app = await fullApp();
  const made = await users(app.dataDir, "create", "Root@Example.com", "--role", "admin");
  expect([made.code, made.out.split("?")[0]]).toEqual([0, "https://agents.example/reset-password"]);
  expect(made.err).toContain("root@example.com");
  expect(made.err).not.toContain(tokenIn(made.out));
  expect((await choosePassword(app, made.out, PASSWORD)).status).toBe(204);
  const root = await signIn(app, "root@example.com");
  expect(root.user).toMatchObject({ name: "Root", roles: ["admin"] });

  const ada = await register(app, "Ada");
  expect((await ada.get("/v1/users")).status).toBe(403);
  expect((await users(app.dataDir, "role", "ADA@example.com", "admin")).code).toBe(0);
  expect((await ada.get("/v1/users")).status).toBe(200);
  const disabled = await users(app.dataDir, "disable", ada.user.id, "--json");
  expect(JSON.parse(disabled.out) as ManagedUser).toMatchObject({ id: ada.user.id, status: "disabled" });
  expect((await ada.get("/api/auth/me")).status).toBe(401);
  expect((await users(app.dataDir, "enable", "ada@example.com")).code).toBe(0);
  await signIn(app, "ada@example.com");

  const link = JSON.parse((await users(app.dataDir, "reset-link", "ada@example.com", "--json")).out) as ResetLink;
  expect((await choosePassword(app, link.reset_link, "a password that is new")).status).toBe(204);
  await signIn(app, "ada@example.com", "a password that is new");

  const events = (await root.get<{ items: AuditEvent[] }>("/v1/audit-events?action=user.disabled")).body.items;
  expect(events).toMatchObject([{ actor_id: null, target_id: ada.user.id, address: "command line" }]);
});

test("accounts are listed and deleted, data to stdout and words to stderr", async () => {
  await using app = await fullApp();
  const admin = await register(app, "Admin");
  const ada = await register(app, "Ada");
  await ada.call("PATCH", "/api/auth/me", { name: "\u001b[31mAda\u0007\tL." });
  const list = await users(app.dataDir, "list", "--search", "ada@");
  expect(list.out).toBe(`${ada.user.id}\tuser\tactive\tada@example.com\t?[31mAda??L.\n`);
  expect(list.err).toBe("");
  const all = JSON.parse((await users(app.dataDir, "list", "--json")).out) as ManagedUser[];
  expect(all.map(({ email }) => email)).toEqual(["admin@example.com", "ada@example.com"]);
  expect((await users(app.dataDir, "list", "--search", "nobody")).out).toBe("");

  const agent = await ada.createAgent({ visibility: "shared" });
  await admin.createSession(agent.id);
  const refused = await users(app.dataDir, "delete", "ada@example.com");
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toContain("transfer");
  const gone = await users(app.dataDir, "delete", "ada@example.com", "--transfer-to", "admin@example.com");
  expect([gone.code, gone.out, gone.err]).toEqual([0, "", "Deleted the account of ada@example.com.\n"]);
  expect((await ada.get("/api/auth/me")).status).toBe(401);
  expect((await admin.get(`/v1/agents/${agent.id}`)).status).toBe(200);
});

test("what can't be done is said, with a code that tells why", async () => {
  await using app = await fullApp();
  await register(app, "Admin");
  const cases: [code: number, words: string, args: string[]][] = [
    [4, "User not found", ["disable", "nobody@example.com"]],
    [4, "User not found", ["delete", "admin@example.com", "--transfer-to", "nobody"]],
    [1, "last active admin", ["role", "admin@example.com", "user"]],
    [1, "last active admin", ["disable", "admin@example.com"]],
    [1, "last active admin", ["delete", "admin@example.com"]],
    [1, "already", ["create", "admin@example.com"]],
    [2, "not one", ["create", "no address"]],
    [2, "admin or user", ["create", "x@example.com", "--role", "root"]],
    [2, "admin or user", ["role", "admin@example.com", "root"]],
    [2, "--nope", ["list", "--nope"]],
    [2, "A word is missing", ["disable"]],
  ];
  const answers = await Promise.all(cases.map(([, , args]) => users(app.dataDir, ...args)));
  for (const [index, [code, words, args]] of cases.entries()) {
    const { code: answered, out, err } = answers[index]!;
    expect([args, answered, out]).toEqual([args, code, ""]);
    expect(err).toContain(words);
    expect(err).not.toContain("    at ");
  }

  using folder = emptyFolder();
  const missing = await users(folder.path, "list");
  expect([missing.code, missing.out]).toEqual([78, ""]);
  expect(missing.err).toContain("Start the server once");
  expect((await Array.fromAsync(new Bun.Glob("*").scan(folder.path))).length).toBe(0);
});

test("commands and requests that write at once wait for each other", async () => {
  await using app = await fullApp();
  const admin = await register(app, "Admin");
  const made = Promise.all(["a", "b", "c"].map((name) => users(app.dataDir, "create", `${name}@example.com`, "--json")));
  const writes: number[] = [];
  let isDone = false;
  void made.then(() => (isDone = true));
  while (!isDone) writes.push((await admin.call("PATCH", "/api/auth/me", { name: `Admin ${writes.length}` })).status);
  const results = await made;
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(results.map(({ out }) => (JSON.parse(out) as NewManagedUser).has_password)).toEqual([false, false, false]);
  expect(new Set(writes)).toEqual(new Set([200]));
  expect((await admin.get<{ total: number }>("/v1/users")).body.total).toBe(4);
});

test("a server that others reach prints the link to its first account, and logs no token", async () => {
  using folder = emptyFolder();
  using github = fakeGitHub();
  const env = { AUTH_MODE: "full", HOST: "127.1", LOG_LEVEL: "trace", ...github.env };
  await using server = await serve(folder.path, { env });
  const link = /^ +Set up +(\S+)$/m.exec(server.banner)?.[1];
  expect(link).toStartWith(`${server.url}/setup?token=`);
  expect((await server.get("/api/auth/oauth/github")).status).toBe(303);
  const account = { email: "first@example.com", password: PASSWORD, name: "First" };
  expect((await server.post("/api/auth/register", account)).status).toBe(403);
  expect((await server.post("/api/auth/register", { ...account, setup_token: tokenIn(link!) })).status).toBe(201);
  const { exitCode, log } = await server.end();
  expect(exitCode).toBe(0);
  expect(log).not.toContain(tokenIn(link!));

  await using again = await serve(folder.path, { env });
  expect(again.banner).not.toContain("/setup?token=");
});
