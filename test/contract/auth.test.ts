import { describe, expect, test } from "bun:test";
import type { ApiKey, NewApiKey } from "@/domain/api-key";
import { contractApp, NOT_FOR_CLIENTS, TIME, UNKNOWN_ID, UUID } from "../support/contract-app";

describe.each(["/api/auth", "/v1/auth"])("%s, without accounts", (prefix) => {
  test("says what is on, and who everyone is", async () => {
    await using app = await contractApp();
    expect((await app.expect(`GET ${prefix}/config`, 200)).body).toEqual({
      mode: "none",
      password_auth_enabled: false,
      oauth_providers: [],
      signup_enabled: false,
      setup_required: false,
    });
    expect((await app.expect(`GET ${prefix}/me`, 200)).body).toEqual({
      id: "00000000-0000-0000-0000-000000000000",
      email: "anonymous@local",
      name: "Anonymous",
      roles: ["admin"],
      avatar_url: null,
    });
  });

  test("signs nobody in, and out at any time", async () => {
    await using app = await contractApp();
    const login = await app.expect(`POST ${prefix}/login`, 403, { email: "a@example.com", password: "canary-password" });
    expect(login.body).toMatchObject({ code: "auth_disabled" });
    expect(login.headers.getSetCookie()).toEqual([]);
    await app.expect(`POST ${prefix}/register`, 403, { email: "a@example.com", password: "canary-password", name: "A" });
    await app.expect(`POST ${prefix}/register`, 400, { email: "a@example.com", password: "short", name: "A" });
    await app.expect(`POST ${prefix}/refresh`, 403, { refresh_token: "x" });
    await app.expect(`POST ${prefix}/refresh`, 403, {});
    await app.expect(`POST ${prefix}/logout`, 204);
    await app.expect(`POST ${prefix}/logout`, 204, {});
    for (const provider of ["google", "github", "nope", "__proto__"]) {
      await app.expect(`GET ${prefix}/oauth/${provider}`, 404);
      await app.expect(`GET ${prefix}/callback/${provider}?code=x&state=y`, 404);
    }
  });

  test("makes API keys that are shown once", async () => {
    await using app = await contractApp();
    const made = (
      await app.expect<NewApiKey>(`POST ${prefix}/api-keys`, 201, { ...NOT_FOR_CLIENTS, name: " ci ", key: "mine", key_prefix: "mine" })
    ).body;
    expect(made).toEqual({
      id: expect.stringMatching(UUID),
      name: "ci",
      key: expect.stringMatching(/^evr_[0-9a-f]{64}$/),
      key_prefix: `${made.key.slice(0, 12)}...`,
      scopes: ["*"],
      expires_at: null,
      last_used_at: null,
      created_at: expect.stringMatching(TIME),
    });
    const { key: _, ...shown } = made;
    const later = (
      await app.expect<NewApiKey>(`POST ${prefix}/api-keys`, 201, {
        name: "30 days",
        scopes: ["agents:read", "write"],
        expires_in_days: 30,
      })
    ).body;
    expect(later.scopes).toEqual(["agents:read", "write"]);
    expect(Date.parse(later.expires_at!) - Date.parse(later.created_at)).toBe(30 * 24 * 3_600_000);

    const list = await app.expect<ApiKey[]>(`GET ${prefix}/api-keys`, 200);
    expect(list.body.map(({ id }) => id)).toEqual([later.id, made.id]);
    expect(list.body[1]).toEqual(shown);
    expect(JSON.stringify(list.body)).not.toContain(made.key.slice(12));
    expect((await app.expect(`GET ${prefix}/api-keys?envelope=true&limit=1`, 200)).body).toMatchObject({
      items: [list.body[0]!],
      total: 2,
      limit: 1,
    });

    await app.expect(`DELETE ${prefix}/api-keys/${made.id}`, 204);
    await app.expect(`DELETE ${prefix}/api-keys/${made.id}`, 404);
    await app.expect(`DELETE ${prefix}/api-keys/${UNKNOWN_ID}`, 404);
    expect((await app.expect<ApiKey[]>(`GET ${prefix}/api-keys`, 200)).body.map(({ id }) => id)).toEqual([later.id]);
  });

  test.each<[string, object]>([
    ["no name", {}],
    ["a blank name", { name: "  " }],
    ["no scopes", { name: "k", scopes: [] }],
    ["a scope that is none", { name: "k", scopes: ["agents:delete"] }],
    ["a lifetime of nothing", { name: "k", expires_in_days: 0 }],
    ["half a day", { name: "k", expires_in_days: 0.5 }],
    ["more than ten years", { name: "k", expires_in_days: 3651 }],
  ])("makes no key with %s", async (_, body) => {
    await using app = await contractApp();
    await app.expect(`POST ${prefix}/api-keys`, 400, body);
    expect((await app.expect(`GET ${prefix}/api-keys`, 200)).body).toEqual([] as never);
  });
});
