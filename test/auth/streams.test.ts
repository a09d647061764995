import { afterAll, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { type AccountsApp, accountsApp, bearerOf, type Person } from "../support/accounts-app";
import { readStream } from "../support/client";

const app = await accountsApp();
afterAll(() => app[Symbol.asyncDispose]());
const admin = await app.register("admin");
const user = await app.register("user");

async function sessionOf(server: AccountsApp, { bearer }: Person): Promise<string> {
  const agent = (await server.post<{ id: string }>("/v1/agents", { name: "Agent", system_prompt: "" }, bearer)).body;
  return (await server.post<{ id: string }>(`/v1/agents/${agent.id}/sessions`, {}, bearer)).body.id;
}
const sessionId = await sessionOf(app, user);

/** Follows a session: `opened` once the server has answered, `ended` when it has closed the stream. */
async function follow(headers: Record<string, string>, server = app, id = sessionId) {
  const control = new AbortController();
  const response = await fetch(`${server.url}/v1/sessions/${id}/events`, { headers, signal: control.signal });
  expect(response.status).toBe(200);
  const types: string[] = [];
  let isOpen = true;
  const ended = (async () => {
    for await (const { type } of readStream(response)) types.push(type);
    isOpen = false;
  })();
  ended.catch(() => {});
  return { ended, types, isOpen: () => isOpen, leave: () => control.abort() };
}

/** The promise is one second. */
const withinASecond = <T>(promise: Promise<T>): Promise<T> =>
  Promise.race([promise, Bun.sleep(1000).then(() => Promise.reject(new Error("still open after a second")))]);

describe("a stream ends within a second of", () => {
  test("signing out, and the same user's other logins stay", async () => {
    const [one, other] = [await app.signIn(user), await app.signIn(user)];
    const [leaving, staying] = [await follow(bearerOf(one.access_token)), await follow(bearerOf(other.access_token))];
    await app.post("/api/auth/logout", undefined, bearerOf(one.access_token));
    await withinASecond(leaving.ended);
    await app.call("PATCH", `/v1/sessions/${sessionId}`, { title: "a new title" }, user.bearer);
    expect(staying.isOpen()).toBe(true);
    staying.leave();
  });

  test("the deletion of its key", async () => {
    const { id, key } = await app.createKey(user);
    const stream = await follow({ authorization: key });
    await app.call("DELETE", `/api/auth/api-keys/${id}`, undefined, user.bearer);
    await withinASecond(stream.ended);
  });

  test("a refresh token's second use", async () => {
    const { refresh_token } = await app.signIn(user);
    const refresh = async (token: string) =>
      (await app.post<{ access_token: string; refresh_token: string }>("/api/auth/refresh", { refresh_token: token })).body;
    const newest = await refresh((await refresh(refresh_token)).refresh_token);
    const stream = await follow(bearerOf(newest.access_token));
    await refresh(refresh_token);
    await withinASecond(stream.ended);
  });

  test("the end of its token", async () => {
    await using brief = await accountsApp({ AUTH_JWT_ACCESS_TOKEN_LIFETIME: "2" });
    const person = await brief.register("brief");
    const id = await sessionOf(brief, person);
    const { access_token } = await brief.signIn(person);
    const endsAt = decodeJwt(access_token).exp! * 1000;
    const stream = await follow(bearerOf(access_token), brief, id);
    await Bun.sleep(Math.max(endsAt - Date.now(), 0));
    await withinASecond(stream.ended);
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
  });

  test.each<[what: string, sql: string, values: string[], undo: string[]]>([
    ["its user being disabled", "update users set status = ? where id = ?", ["disabled"], ["active"]],
    ["an admin's role being taken, on another's session", "update users set roles = ? where id = ?", ['["user"]'], ['["admin"]']],
  ])("%s", async (_, sql, values, undo) => {
    const [one, other] = [await app.signIn(admin), await app.signIn(admin)];
    const stream = await follow(bearerOf(one.access_token));
    app.change(sql, ...values, admin.id);
    // The row was changed beside the server: the end of another login makes it look.
    await app.post("/api/auth/logout", undefined, { cookie: `refresh_token=${other.refresh_token}` });
    await withinASecond(stream.ended);
    app.change(sql, ...undo, admin.id);
  });
});

test("a stream goes on through what happens to others", async () => {
  const { access_token } = await app.signIn(user);
  const stream = await follow(bearerOf(access_token));
  const theirs = await app.signIn(admin);
  await app.post("/api/auth/logout", undefined, bearerOf(theirs.access_token));
  await app.post("/api/auth/refresh", { refresh_token: user.tokens.refresh_token });
  expect(stream.isOpen()).toBe(true);
  stream.leave();
});
