import { afterAll, beforeAll, expect, test } from "bun:test";
import type { OpenApiDocument } from "@/server/openapi";
import { conforms } from "./support/conforms";
import { danglingRefs, missingSeedRoutes, unlistedRoutes, validatorsFindings } from "./support/document-checks";
import { type TestApp, testApp } from "./support/test-app";

let app: TestApp;
let document: OpenApiDocument;

beforeAll(async () => {
  app = await testApp();
  document = (await app.get<OpenApiDocument>("/api-doc/openapi.json")).body;
});
afterAll(() => app[Symbol.asyncDispose]());

test("the whole API's document is valid for two independent validators and refers only to what it holds", async () => {
  expect(document).toMatchObject({ openapi: "3.1.1", info: { title: "Everruns API" } });
  expect(await validatorsFindings(document)).toEqual([]);
  expect(danglingRefs(document)).toEqual([]);
});

test("every row of the specification is documented, and nothing that is neither there nor among the additions", () => {
  expect(missingSeedRoutes(document)).toEqual([]);
  expect(unlistedRoutes(document)).toEqual([]);
});

test("every operation has a summary, a tag that is described and an id of its own", () => {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const tags = document.tags.map(({ name }) => name);
  for (const { operationId, summary, tags: own } of operations) {
    expect([operationId, summary.length > 5, own.length]).toEqual([operationId, true, 1]);
    expect(tags).toContain(own[0]!);
  }
});

test("only what needs no credential is documented as public", () => {
  const isPublic = ([path, methods]: [string, OpenApiDocument["paths"][string]]) =>
    Object.entries(methods).flatMap(([method, { security }]) => (security ? [`${method} ${path}`] : []));
  const allowed =
    /^get \/(health|ready|swagger-ui\/|api-doc\/openapi\.json)$|^(get|post) \/(api|v1)\/auth\/(config|login|register|refresh|reset-password|logout|oauth\/.+|callback\/.+)$/;
  expect(
    Object.entries(document.paths)
      .flatMap(isPublic)
      .filter((route) => !allowed.test(route)),
  ).toEqual([]);
});

test("answers are as the document says, field by field", async () => {
  const agent = await app.createAgent({ capabilities: ["current_time"] });
  const session = await app.createSession(agent.id);
  const { message } = await app.ask(session, "What time is it in Tokyo?");
  const [provider] = (await app.get<{ id: string }[]>("/v1/llm-providers")).body;
  const paths = [
    "/health",
    "/ready",
    "/api-doc/openapi.json",
    "/api/auth/config",
    "/api/auth/me",
    "/api/auth/api-keys",
    "/v1/agents?limit=5",
    `/v1/agents/${agent.id}`,
    `/v1/agents/${agent.id}/capabilities`,
    `/v1/agents/${agent.id}/sessions`,
    session.path,
    `${session.path}/messages`,
    `${session.path}/messages/${message.id}`,
    `${session.path}/events/list`,
    `${session.path}/turns`,
    `${session.path}/turns/${message.turn_id}`,
    `/v1/sessions/${session.id}`,
    "/v1/sessions",
    "/v1/llm-providers",
    "/v1/llm-providers?envelope=true",
    `/v1/llm-providers/${provider!.id}`,
    `/v1/llm-providers/${provider!.id}/models`,
    "/v1/llm-models",
    "/v1/local-llm-providers",
    "/v1/capabilities",
    "/v1/capabilities/current_time",
  ];
  for (const path of paths) {
    const { status, body } = await app.get(path);
    expect([path, status]).toEqual([path, 200]);
    conforms(document, "GET", path, status, body);
  }
  conforms(document, "POST", `${session.path}/messages`, 201, message);
});

test("failures are as the document says", async () => {
  const failing = [
    ["GET", "/v1/agents?limit=0", 400],
    ["POST", "/v1/agents", 400],
    ["GET", "/v1/agents/00000000-0000-7000-8000-000000000000", 404],
    ["DELETE", "/v1/agents/nonsense", 404],
    ["GET", "/api/auth/oauth/google", 404],
  ] as const;
  for (const [method, path, status] of failing) {
    const answer = await app.call(method, path, method === "POST" ? {} : undefined);
    expect([path, answer.status]).toEqual([path, status]);
    conforms(document, method, path, answer.status, answer.body);
  }
});
