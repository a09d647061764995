import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "@/config";
import { StartRefused } from "@/platform/app-error";
import { bearerOf, type Tokens } from "../support/accounts-app";
import { testApp } from "../support/test-app";

const ADMIN = { AUTH_MODE: "admin", AUTH_ADMIN_EMAIL: "Boss@Example.com", AUTH_ADMIN_PASSWORD: "the password of the boss" };
const LOGIN = { email: "boss@example.com", password: ADMIN.AUTH_ADMIN_PASSWORD };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "everruns-modes-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("mode admin", () => {
  test("has one account, from the settings", async () => {
    await using app = await testApp({ env: ADMIN });
    expect((await app.get("/api/auth/config")).body).toEqual({
      mode: "admin",
      password_auth_enabled: true,
      oauth_providers: [],
      signup_enabled: false,
      setup_required: false,
    });
    expect((await app.get("/health")).body).toMatchObject({ auth_mode: "admin" });
    const { body } = await app.post<Tokens>("/api/auth/login", LOGIN);
    const me = await app.get("/api/auth/me", bearerOf(body.access_token));
    expect(me.body).toMatchObject({ email: "boss@example.com", name: "Admin", roles: ["admin"] });
    const account = { email: "other@example.com", password: "the password of other", name: "Other" };
    expect(await app.post("/api/auth/register", account)).toMatchObject({ status: 403, body: { code: "signup_disabled" } });
  });

  test("a restart keeps logins, and another password ends them", async () => {
    const first = await testApp({ env: ADMIN });
    await using _ = first;
    const tokens = (await first.post<Tokens>("/api/auth/login", LOGIN)).body;
    await first.stop();

    const second = await testApp({ dataDir: first.dataDir, env: ADMIN });
    expect((await second.get("/v1/agents", bearerOf(tokens.access_token))).status).toBe(200);
    await second.stop();

    await using third = await testApp({ dataDir: first.dataDir, env: { ...ADMIN, AUTH_ADMIN_PASSWORD: "another password of the boss" } });
    expect((await third.get("/v1/agents", bearerOf(tokens.access_token))).status).toBe(401);
    expect((await third.post("/api/auth/refresh", { refresh_token: tokens.refresh_token })).status).toBe(401);
    expect((await third.post("/api/auth/login", LOGIN)).status).toBe(401);
    expect((await third.post("/api/auth/login", { ...LOGIN, password: "another password of the boss" })).status).toBe(200);
  });

  test("nobody else comes in, whoever they were before; and the one account is an admin", async () => {
    const full = await testApp({ env: { AUTH_MODE: "full" } });
    await using _ = full;
    const register = async (name: string) =>
      (await full.post<Tokens>("/api/auth/register", { email: `${name}@example.com`, password: `the password of ${name}`, name })).body;
    const first = await register("first");
    const boss = await register("boss");
    const { key } = (await full.post<{ key: string }>("/api/auth/api-keys", { name: "key" }, bearerOf(first.access_token))).body;
    await full.stop();

    await using app = await testApp({ dataDir: full.dataDir, env: { ...ADMIN, AUTH_ADMIN_PASSWORD: "the password of boss" } });
    expect((await app.get("/v1/agents", bearerOf(first.access_token))).status).toBe(401);
    expect((await app.get("/v1/agents", { authorization: key })).status).toBe(401);
    expect((await app.post("/api/auth/refresh", { refresh_token: first.refresh_token })).status).toBe(401);
    expect((await app.post("/api/auth/login", { email: "first@example.com", password: "the password of first" })).status).toBe(401);
    expect((await app.get("/api/auth/me", bearerOf(boss.access_token))).body).toMatchObject({ name: "boss", roles: ["admin"] });
  });
});

describe("a start is refused, with the name and without the value,", () => {
  test.each<[what: string, env: Record<string, string>, words: string]>([
    ["with an unknown mode", { AUTH_MODE: "canary" }, "AUTH_MODE must be none, admin or full."],
    ["in mode admin without an email", { ...ADMIN, AUTH_ADMIN_EMAIL: "" }, "AUTH_ADMIN_EMAIL"],
    ["in mode admin without a password", { ...ADMIN, AUTH_ADMIN_PASSWORD: "" }, "AUTH_ADMIN_PASSWORD"],
    ["in mode admin without passwords", { ...ADMIN, AUTH_DISABLE_PASSWORD: "true" }, "AUTH_DISABLE_PASSWORD"],
    ["with an email that is none", { ...ADMIN, AUTH_ADMIN_EMAIL: "canary" }, "AUTH_ADMIN_EMAIL must be"],
    ["with a short secret", { AUTH_MODE: "full", AUTH_JWT_SECRET: "canary".padEnd(31, "x") }, "at least 32 bytes"],
    ["with a lifetime that is none", { AUTH_JWT_ACCESS_TOKEN_LIFETIME: "canary" }, "AUTH_JWT_ACCESS_TOKEN_LIFETIME must be"],
    ["with no lifetime", { AUTH_JWT_REFRESH_TOKEN_LIFETIME: "0" }, "AUTH_JWT_REFRESH_TOKEN_LIFETIME must be"],
    ["with a switch that is none", { AUTH_DISABLE_SIGNUP: "canary" }, "AUTH_DISABLE_SIGNUP must be true or false"],
    ["with half an OAuth client", { AUTH_MODE: "full", AUTH_GOOGLE_CLIENT_ID: "canary" }, "AUTH_GOOGLE_CLIENT_SECRET"],
    ["with no way in", { AUTH_MODE: "full", AUTH_DISABLE_PASSWORD: "true" }, "leaves nobody a way in"],
    ["with an address that is none", { AUTH_BASE_URL: "canary" }, "AUTH_BASE_URL must be an address"],
    ["with a secret given twice", { AUTH_JWT_SECRET: "canary".repeat(9), AUTH_JWT_SECRET_FILE: "/canary" }, "are both set"],
    ["with a file that is not there", { AUTH_JWT_SECRET_FILE: "/nowhere/canary" }, "AUTH_JWT_SECRET_FILE names a file"],
  ])("%s", (_, env, words) => {
    const refused = () => readConfig({}, env);
    expect(refused).toThrow(StartRefused);
    expect(refused).toThrow(words);
    expect(refused).not.toThrow("canary");
  });
});

test("secrets are read from files as well, without their last line break", () => {
  const variables = [
    "AUTH_ADMIN_PASSWORD",
    "AUTH_JWT_SECRET",
    "DEFAULT_OPENAI_API_KEY",
    "DEFAULT_ANTHROPIC_API_KEY",
    "SECRETS_ENCRYPTION_KEY",
    "SECRETS_ENCRYPTION_KEY_PREVIOUS",
  ];
  const files = variables.map((variable) => {
    const path = join(folder, variable);
    writeFileSync(path, `${variable} from a file, long enough\n`);
    return [`${variable}_FILE`, path] as const;
  });
  const config = readConfig({}, { AUTH_MODE: "admin", AUTH_ADMIN_EMAIL: "a@example.com", ...Object.fromEntries(files) });
  const { auth, openaiKey, anthropicKey, env } = config;
  expect([
    auth.admin!.password.reveal(),
    auth.jwtSecret!.reveal(),
    openaiKey!,
    anthropicKey!,
    env.SECRETS_ENCRYPTION_KEY!,
    env.SECRETS_ENCRYPTION_KEY_PREVIOUS!,
  ]).toEqual(variables.map((variable) => `${variable} from a file, long enough`));
  expect(JSON.stringify(auth)).not.toContain("from a file");
});

test("with accounts, other machines may reach the server", () => {
  expect(readConfig({ host: "0.0.0.0" }, { AUTH_MODE: "full" }).host).toBe("0.0.0.0");
  expect(() => readConfig({ host: "0.0.0.0" }, {})).toThrow(StartRefused);
});
