import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { agentRoutes } from "@/agents/agent-routes";
import { type Agent, CreateAgent } from "@/domain/agent";
import { ListedEvent } from "@/domain/event";
import { CreateMessage, Message } from "@/domain/message";
import { ErrorBody } from "@/http/errors";
import { doc, resource } from "@/http/resource";
import { createOpenApi, type OpenApiDocument } from "@/server/openapi";
import { EXAMPLES } from "@/server/openapi-examples";
import { documentedPath } from "@/server/openapi-paths";
import type { JsonSchema } from "@/server/openapi-schemas";
import { conforms, validate } from "./support/conforms";
import { danglingRefs, refsIn, unlistedRoutes, validatorsFindings } from "./support/document-checks";

type Parts = Parameters<typeof agentRoutes>[0];
const agents = agentRoutes({} as Parts);

const talk = resource("/v1/agents/:id/sessions/:session_id", "messages")
  .post("/messages", () => "", {
    body: CreateMessage,
    detail: doc({ operationId: "createMessage", summary: "Post a message", answers: { 201: Message } }),
  })
  .get("/events", () => "", {
    query: z.object({ types: z.string().optional(), after_sequence: z.coerce.number().int().min(0).optional() }),
    detail: doc({
      operationId: "followSession",
      summary: "Follow a session",
      answers: { 200: { description: "The stream", contentType: "text/event-stream", schema: ListedEvent } },
    }),
  })
  .get("/fs/*", () => "", {
    detail: doc({ operationId: "getFile", summary: "Get a file", answers: { 200: z.object({ content: z.string() }) } }),
  })
  .get("/undocumented", () => "");

const signIn = resource("/api/auth", "auth").post("/login", () => "", {
  body: z.object({ email: z.string(), password: z.string() }).meta({ id: "Login" }),
  detail: doc({
    operationId: "login",
    summary: "Sign in",
    isPublic: true,
    answers: { 200: z.object({ access_token: z.string() }), 401: ErrorBody },
  }),
});

const routes = [...agents.routes, ...talk.routes, ...signIn.routes];
const build = () => createOpenApi(routes, { version: "1.2.3" });
const document = build();

const operation = (method: string, path: string) => document.paths[path]![method]!;
const schemaNamed = (name: string, from: OpenApiDocument = document) => from.components.schemas[name] as JsonSchema;

describe("the document", () => {
  test("is valid for two independent validators", async () => {
    expect(await validatorsFindings(document)).toEqual([]);
  });

  test("refers only to what it holds", () => {
    expect(refsIn(document).length).toBeGreaterThan(20);
    expect(danglingRefs(document)).toEqual([]);
  });

  test("holds no route that is neither in the specification nor among the additions", () => {
    expect(unlistedRoutes(document)).toEqual([]);
  });

  test("is the same bytes for the same routes", () => {
    expect(JSON.stringify(build())).toBe(JSON.stringify(document));
  });

  test("shows nothing of how it was made", () => {
    expect(JSON.stringify(document)).not.toMatch(/\$schema|~standard|__schema|\$defs|_zod|9007199254740991/);
  });

  test("leaves out routes that say nothing of themselves", () => {
    expect(Object.keys(document.paths).filter((path) => path.includes("undocumented"))).toEqual([]);
  });

  test("describes the documentation itself, which is answered outside the framework", () => {
    expect(operation("get", "/swagger-ui/").responses["200"]).toHaveProperty(["content", "text/html"]);
    expect(operation("get", "/api-doc/openapi.json").security).toEqual([]);
  });
});

describe("a route", () => {
  test("is named as the specification names it, whatever the router calls its parameters", () => {
    expect(documentedPath("/v1/agents/:id")).toBe("/v1/agents/{id}");
    expect(documentedPath("/v1/agents/:agent_id")).toBe("/v1/agents/{id}");
    expect(documentedPath("/v1/agents/:id/sessions/:session_id")).toBe("/v1/agents/{agent_id}/sessions/{session_id}");
    expect(documentedPath("/v1/llm-providers/:id/models")).toBe("/v1/llm-providers/{provider_id}/models");
    expect(documentedPath("/v1/capabilities/:capability_id")).toBe("/v1/capabilities/{capability_id}");
    expect(documentedPath("/api/auth/oauth/:provider")).toBe("/api/auth/oauth/{provider}");
    expect(documentedPath("/v1/sessions/:id/fs/*")).toBe("/v1/sessions/{session_id}/fs/{path}");
  });

  test("lists the query's fields with their defaults and words", () => {
    const { parameters } = operation("get", "/v1/agents");
    expect(parameters).toContainEqual({
      name: "limit",
      in: "query",
      required: false,
      description: expect.any(String),
      schema: { type: "integer", minimum: 1, maximum: 1000, default: 100 },
    });
  });

  test("answers failures that make sense for it, and no others", () => {
    const statuses = (method: string, path: string) => Object.keys(operation(method, path).responses).map(Number);
    expect(statuses("post", "/v1/agents")).toEqual([201, 400, 401, 403, 408, 409, 413, 415, 422, 429, 500, 503, 507]);
    expect(statuses("get", "/v1/agents/{id}")).toEqual([200, 401, 403, 404, 429, 500, 503]);
    expect(statuses("delete", "/v1/agents/{id}")).toEqual([204, 401, 403, 404, 429, 500, 503, 507]);
    expect(statuses("get", "/api-doc/openapi.json")).toEqual([200, 429, 500, 503]);
  });

  test("takes an Idempotency-Key exactly where it is a POST", () => {
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, { parameters = [] }] of Object.entries(methods)) {
        const takesKey = parameters.some((parameter) => "$ref" in parameter && parameter.$ref.endsWith("/IdempotencyKey"));
        expect([path, method, takesKey]).toEqual([path, method, method === "post"]);
      }
  });

  test("needs a credential unless it is public", () => {
    expect(operation("post", "/api/auth/login").security).toEqual([]);
    expect(operation("get", "/v1/agents").security).toBeUndefined();
    expect(document.security).toEqual([{ bearerAuth: [] }, { apiKeyAuth: [] }, { cookieAuth: [] }]);
  });

  test("that streams says what its events hold", () => {
    const answer = operation("get", "/v1/agents/{agent_id}/sessions/{session_id}/events").responses["200"];
    expect(answer).toHaveProperty(["content", "text/event-stream", "schema", "$ref"], "#/components/schemas/Event");
    expect(schemaNamed("Event")).toHaveProperty(["properties", "sequence", "type"], "integer");
  });

  test("under a second address is described as an alias", () => {
    const again = {
      method: "GET",
      path: "/v1/helpers/:id",
      hooks: agents.routes.find(({ hooks }) => hooks.detail.operationId === "getAgent")!.hooks,
    };
    const { get } = createOpenApi([...routes, again], { version: "1" }).paths["/v1/helpers/{id}"]!;
    expect(get).toMatchObject({ operationId: "getAgentAlias", description: "The same as `GET /v1/agents/{id}`." });
  });
});

describe("a schema", () => {
  const withDefault = z.object({ size: z.int().default(1) }).meta({ id: "Box" });
  const route = { body: withDefault, answers: { 200: z.object({ box: withDefault }).meta({ id: "Parcel" }) } };
  const both = createOpenApi(
    [
      {
        method: "POST",
        path: "/boxes",
        hooks: { body: route.body, detail: { ...doc({ operationId: "x", summary: "x", answers: route.answers }), tags: [] } },
      },
    ],
    { version: "1" },
  );

  test("that differs by direction has a name for each", () => {
    expect(schemaNamed("Box", both).required).toEqual(["size"]);
    expect(schemaNamed("BoxInput", both).required).toBeUndefined();
    expect(both.paths["/boxes"]!.post!.requestBody!.content["application/json"]!.schema).toEqual({ $ref: "#/components/schemas/BoxInput" });
    expect(refsIn(schemaNamed("Parcel", both))).toEqual(["#/components/schemas/Box"]);
  });

  test("that is the same in both directions has one name", () => {
    expect(Object.keys(document.components.schemas).filter((name) => name.endsWith("Input"))).toEqual([]);
    expect(document.components.schemas).toHaveProperty("Controls");
  });

  test("whose name is taken by another one is refused", () => {
    const other = z.object({ weight: z.number() }).meta({ id: "Agent" });
    const clash = {
      method: "GET",
      path: "/clash",
      hooks: { detail: doc({ operationId: "clash", summary: "x", answers: { 200: other } }) },
    };
    expect(() => createOpenApi([...routes, clash], { version: "1" })).toThrow("Two different schemas are named Agent");
  });

  test("has examples that the server would take", () => {
    expect(Object.values(EXAMPLES.CreateAgent!).map(({ value }) => CreateAgent.safeParse(value).success)).toEqual([true]);
    for (const { value } of Object.values(EXAMPLES.CreateMessage!)) expect(CreateMessage.safeParse(value).success).toBe(true);
    for (const [name, examples] of Object.entries(EXAMPLES))
      for (const { value } of Object.values(examples)) if (schemaNamed(name)) validate(document, name, schemaNamed(name), value);
  });
});

describe("an answer is held against the document", () => {
  const now = "2025-01-01T00:00:00.000Z";
  const id = "00000000-0000-7000-8000-000000000001";
  const agent: Agent = {
    id,
    name: "Helper",
    description: null,
    system_prompt: "",
    default_model_id: null,
    fallback_model_id: null,
    lost_model: null,
    capabilities: [],
    tools: [],
    tool_policies: null,
    tags: [],
    version: 1,
    visibility: "private",
    status: "active",
    created_at: now,
    updated_at: now,
  };
  const check = (status: number, body: unknown, method = "GET", path = `/v1/agents/${id}`) =>
    conforms(document, method, path, status, body);

  test("what is described passes", () => {
    check(200, agent);
    check(200, { items: [agent], data: [agent], total: 1, offset: 0, limit: 100 }, "GET", "/v1/agents?limit=100");
    check(204, undefined, "DELETE");
    check(404, { error: "Agent not found", status: 404, code: "not_found" });
  });

  test("a missing, a wrong and an unknown field do not", () => {
    const { name, ...nameless } = agent;
    expect(() => check(200, nameless)).toThrow(/required property 'name'/);
    expect(() => check(200, { ...agent, created_at: "2025-01-01 00:00" })).toThrow(/created_at must match format/);
    expect(() => check(200, { ...agent, owner_id: id })).toThrow(/additional properties.*owner_id/);
  });

  test("nor does a status, a body or a route that is not described", () => {
    expect(() => check(409, {})).toThrow("GET /v1/agents/{id} 409 is not documented");
    expect(() => check(204, {}, "DELETE")).toThrow("no body");
    expect(() => check(200, {}, "GET", "/v1/nothing")).toThrow("is not documented");
  });
});
