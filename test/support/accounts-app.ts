import { Database as Sqlite } from "bun:sqlite";
import { join } from "node:path";
import type { NewApiKey } from "@/domain/api-key";
import type { User } from "@/domain/user";
import type { OpenApiDocument } from "@/server/openapi";
import { type TestApp, testApp } from "./test-app";

export type Tokens = { access_token: string; token_type: string; expires_in: number; refresh_token: string };

export type Person = User & { password: string; tokens: Tokens; bearer: Record<string, string> };

export const JWT_SECRET = "a secret of the tests that is long enough";

export type AccountsApp = TestApp & {
  document: OpenApiDocument;
  /** Milliseconds by which the server's clock differs from this machine's. */
  clock: { offsetMs: number };
  register(name: string): Promise<Person>;
  signIn(person: { email: string; password: string }): Promise<Tokens>;
  createKey(person: Person, fields?: Record<string, unknown>): Promise<NewApiKey>;
  /** Changes a row beside the server, as nobody can over HTTP. */
  change(sql: string, ...values: (string | number | null)[]): void;
};

/** A server with accounts, in mode full unless `env` says otherwise. */
export async function accountsApp(env: Record<string, string> = {}, offsetMs = 0): Promise<AccountsApp> {
  const clock = { offsetMs };
  const app = await testApp({
    env: { AUTH_MODE: "full", AUTH_JWT_SECRET: JWT_SECRET, ...env },
    clock: { now: () => Date.now() + clock.offsetMs },
  });

  async function tokensOf(path: string, body: object): Promise<Tokens> {
    const answer = await app.post<Tokens>(path, body);
    if (answer.status > 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  return {
    ...app,
    document: (await app.get<OpenApiDocument>("/api-doc/openapi.json")).body,
    clock,
    async register(name) {
      const account = { email: `${name}@example.com`, password: `the password of ${name}`, name };
      const tokens = await tokensOf("/api/auth/register", account);
      const bearer = bearerOf(tokens.access_token);
      const me = (await app.get<User>("/api/auth/me", bearer)).body;
      return { ...me, password: account.password, tokens, bearer };
    },
    signIn: ({ email, password }) => tokensOf("/api/auth/login", { email, password }),
    async createKey({ bearer }, fields = {}) {
      return (await app.post<NewApiKey>("/api/auth/api-keys", { name: "key", ...fields }, bearer)).body;
    },
    change(sql, ...values) {
      const database = new Sqlite(join(app.dataDir, "everruns.db"));
      database.run("PRAGMA busy_timeout = 5000");
      database.run(sql, values);
      database.close();
    },
  };
}

export const bearerOf = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
