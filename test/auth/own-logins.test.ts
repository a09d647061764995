import { expect, test } from "bun:test";
import type { AuditEvent } from "@/domain/audit-event";
import type { Login } from "@/domain/login";
import type { ServerInfo } from "@/domain/server-info";
import type { OpenApiDocument } from "@/server/openapi";
import { conforms } from "../support/conforms";
import { UNKNOWN_ID } from "../support/contract-app";
import { register, signIn } from "../support/people";
import { testApp } from "../support/test-app";

const LOGINS = "/api/auth/me/logins";

test("one sees where one is signed in, and signs out there, or everywhere else, at once; other people's logins stay", async () => {
  await using app = await testApp({ env: { AUTH_MODE: "full" } });
  const document = (await app.get<OpenApiDocument>("/api-doc/openapi.json")).body;
  const here = await register(app, "Ada");
  const bob = await register(app, "Bob");
  const [phone, office, library] = [
    await signIn(app, "ada@example.com"),
    await signIn(app, "ada@example.com"),
    await signIn(app, "ada@example.com"),
  ];
  const list = (await here.get<{ items: Login[]; total: number }>(LOGINS)).body;
  conforms(document, "GET", LOGINS, 200, list);
  expect([list.total, list.items.map(({ is_current }) => is_current)]).toEqual([4, [false, false, false, true]]);

  const ofPhone = (await phone.get<{ items: Login[] }>(LOGINS)).body.items.find(({ is_current }) => is_current)!;
  expect((await bob.call("DELETE", `${LOGINS}/${ofPhone.id}`)).status).toBe(404);
  expect((await here.call("DELETE", `${LOGINS}/${UNKNOWN_ID}`)).status).toBe(404);
  expect((await here.call("DELETE", `${LOGINS}/${ofPhone.id}`)).status).toBe(204);
  expect((await phone.get("/api/auth/me")).status).toBe(401);
  expect((await app.post("/api/auth/refresh", { refresh_token: phone.refreshToken })).status).toBe(401);
  expect((await office.get("/api/auth/me")).status).toBe(200);

  expect((await here.call("DELETE", LOGINS)).status).toBe(204);
  const statuses = await Promise.all([here, office, library, bob].map(async (person) => (await person.get("/api/auth/me")).status));
  expect(statuses).toEqual([200, 401, 401, 200]);
  const told = (await here.get<{ items: AuditEvent[] }>("/v1/audit-events?action=login.revoked")).body.items;
  expect(told.map(({ actor_id, target_id }) => [actor_id, target_id])).toEqual(Array(3).fill([here.user.id, here.user.id]));

  // A key that was lent must not shut its owner out.
  const { key } = (await here.post<{ key: string }>("/api/auth/api-keys", { name: "all" })).body;
  for (const method of ["GET", "DELETE"]) expect((await app.call(method, LOGINS, undefined, { authorization: key })).status).toBe(403);
});

test("an admin is told where the data is, and nobody else; without accounts nobody is signed in", async () => {
  await using app = await testApp({ env: { AUTH_MODE: "full" } });
  const document = (await app.get<OpenApiDocument>("/api-doc/openapi.json")).body;
  const admin = await register(app, "Ada");
  const bob = await register(app, "Bob");
  const info = (await admin.get<ServerInfo>("/v1/server")).body;
  conforms(document, "GET", "/v1/server", 200, info);
  expect(info).toMatchObject({ auth_mode: "full", data_dir: app.dataDir });
  expect(info.database_bytes).toBeGreaterThan(0);
  expect((await bob.get("/v1/server")).status).toBe(403);

  await using open = await testApp();
  expect((await open.get<{ items: Login[] }>(LOGINS)).body.items).toEqual([]);
  expect((await open.get<ServerInfo>("/v1/server")).body.data_dir).toBe(open.dataDir);
});
