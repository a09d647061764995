import { afterAll, describe, expect, test } from "bun:test";
import type { OpenApiDocument } from "@/server/openapi";
import { BAD_BODIES, BAD_TYPES } from "./support/bad-bodies";
import { capturedLog } from "./support/captured-log";
import { conforms } from "./support/conforms";
import { type Documented, documentedRoutes, filled, meaningOf } from "./support/documented-routes";
import { openStored } from "./support/stored";
import { testApp } from "./support/test-app";
import { CANARY, CANARY_NUMBER, rightBody, wrongBodies } from "./support/wrong-values";

const log = capturedLog();
const app = await testApp({ logger: log.logger });
const document = (await app.get<OpenApiDocument>("/api-doc/openapi.json")).body;
const routes = documentedRoutes(document);

const agent = await app.createAgent();
const session = await app.createSession(agent.id);
const { message } = await app.ask(session, "hello");
const otherAgent = await app.createAgent();
const otherSession = await app.createSession(otherAgent.id);
const [model] = (await app.get<{ id: string; provider_id: string }[]>("/v1/llm-models")).body;
const apiKey = (await app.post<{ id: string }>("/api/auth/api-keys", { name: "key" })).body;

const real: Record<string, string> = {
  agent_id: agent.id,
  session_id: session.id,
  message_id: message.id,
  turn_id: message.turn_id,
  provider_id: model!.provider_id,
  model_id: model!.id,
  capability_id: "noop",
  key_id: apiKey.id,
};
const UNKNOWN_ID = "0199a3b1-1111-7222-8333-944455556666";
const placeOf = (meaning: string) => real[meaning] ?? UNKNOWN_ID;
const addressOf = (path: string) => filled(path, placeOf);

const stored = openStored(app.dataDir);
const before = stored.fingerprint();
afterAll(async () => {
  stored.close();
  await app[Symbol.asyncDispose]();
});

type Sent = { method: string; address: string; body?: BodyInit; headers?: Record<string, string> };

/** Sends what is to be refused, and holds the refusal against the contract. Answers its words. */
async function refused({ method, address, body, headers = {} }: Sent, status: number, template?: string): Promise<string> {
  const response = await fetch(app.url + address, { method, ...(body === undefined ? {} : { body }), headers, redirect: "manual" });
  const text = response.body && response.headers.get("content-type")?.startsWith("application/json") ? await response.text() : "no JSON";
  expect([response.status, text.slice(0, 300)]).toEqual([status, expect.any(String)]);
  expect(response.headers.get("content-type")).toBe("application/json;charset=utf-8");
  expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  const answer = JSON.parse(text) as { error: string; status: number; code: string };
  expect(answer).toEqual({ error: expect.any(String), status, code: expect.stringMatching(/^[a-z_]+$/) });
  expect(text).not.toContain(CANARY);
  expect(text).not.toContain(String(CANARY_NUMBER));
  expect(answer.error).not.toMatch(/Invalid input|expected|received|>=|<=|undefined|root|SQLite|constraint/i);
  if (template) conforms(document, method, template, status, answer);
  expect(stored.fingerprint(), "something was written").toBe(before);
  return answer.error;
}

const JSON_TYPE = { "content-type": "application/json" };
const named = (list: Documented[]) => list.map((route) => [`${route.method} ${route.path}`, route] as const);
const withBody = routes.filter(({ body }) => body !== undefined);
const changing = routes.filter(({ method }) => method !== "GET");

test("the matrix holds every route", () => {
  expect(routes.length).toBeGreaterThan(60);
  expect(withBody.length).toBeGreaterThan(15);
});

describe.each(named(withBody))("%s refuses", (_, { method, path, body }) => {
  const address = addressOf(path);
  const right = rightBody(document, body!);

  test.each(wrongBodies(document, body!).map((wrong) => [wrong.what, wrong] as const))("%s", async (_, wrong) => {
    const words = await refused({ method, address, body: JSON.stringify(wrong.body), headers: JSON_TYPE }, 400, path);
    // A new message has two spellings: without either, the newer one is asked for.
    const isNewMessage = method === "POST" && wrong.what === "content absent";
    // Likewise one result, or several.
    const isOneResult = path.endsWith("/tool-results") && wrong.what === "results absent";
    expect(words).toStartWith(isNewMessage ? "message is required" : isOneResult ? "tool_call_id is required" : wrong.field);
  });

  test.each(BAD_BODIES)("%s", async (_, sent) => {
    expect(await refused({ method, address, body: sent, headers: JSON_TYPE }, 400, path)).toMatch(/^The body /);
  });

  test("an Idempotency-Key that is none", async () => {
    if (method !== "POST" || path.includes("/auth/")) return;
    for (const key of ["", "two words", "ä", "k".repeat(256)])
      expect(
        await refused({ method, address, body: JSON.stringify(right), headers: { ...JSON_TYPE, "idempotency-key": key } }, 400, path),
      ).toStartWith("Idempotency-Key must");
  });
});

describe.each(named(changing))("%s refuses", (_, { method, path, body, takesBytes }) => {
  const address = addressOf(path);
  // What a route without a body says of one is not documented.
  const template = body ? path : undefined;

  test.each(BAD_TYPES)("%s", async (what, headers) => {
    if (takesBytes && what !== "what is compressed") return;
    await refused({ method, address, body: `{"name":"${CANARY}"}`, headers }, 415, template);
  });

  test("a body that is too large, declared or in chunks", async () => {
    // A file may have ten times as much.
    const large = `{"a":"${CANARY.repeat(path.endsWith("/fs/{path}") ? 1_200_000 : 120_000)}"}`;
    await refused({ method, address, body: large, headers: JSON_TYPE }, 413, template);
    if (!body) return;
    const chunked = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(large));
        controller.close();
      },
    });
    await refused({ method, address, body: chunked, headers: JSON_TYPE }, 413, template);
  });

  test("another site's page", async () => {
    const right = body ? { body: JSON.stringify(rightBody(document, body)) } : {};
    const foreign: Record<string, string>[] = [
      { origin: `http://${CANARY}.example` },
      { origin: "null" },
      { origin: app.url.replace(/\d+$/, "1") },
      { "sec-fetch-site": "cross-site" },
    ];
    for (const headers of foreign) await refused({ method, address, ...right, headers: { ...JSON_TYPE, ...headers } }, 403, path);
  });
});

describe.each(named(routes))("%s refuses", (_, { method, path, parameters, body }) => {
  const sent = body ? { body: JSON.stringify(rightBody(document, body)), headers: JSON_TYPE } : {};

  test("a Host that is not its own", async () => {
    for (const host of [`${CANARY}.example`, "a", `localhost.${CANARY}.example:${new URL(app.url).port}`, "localhost:1", "127.0.0.1"])
      await refused({ method, address: addressOf(path), ...sent, headers: { ...JSON_TYPE, host } }, 403);
  });

  test.each(parameters.filter((name) => name !== "path"))("%s that is unknown, malformed or another parent's", async (name) => {
    const meaning = meaningOf(path, name);
    const others: Record<string, string> = { agent_id: otherAgent.id, session_id: otherSession.id };
    // A file is made in any session of one's own: there is no other parent's.
    const ids = parameters.filter((each) => each !== "path");
    const isParent = ids.indexOf(name) < ids.length - 1 && meaning in others;
    const values = [
      UNKNOWN_ID,
      CANARY,
      "00000000-0000-0000-0000-000000000000",
      "%00",
      "..%2f..%2fetc",
      "%ff",
      "__proto__",
      "constructor",
      "a".repeat(5000),
      "'%20OR%201=1--",
    ];
    for (const value of isParent ? [...values, others[meaning]!] : values) {
      const address = filled(path, (other, otherName) => (otherName === name ? value : placeOf(other)));
      await refused({ method, address, ...sent }, 404, path);
    }
  });
});

describe.each(named(routes.filter(({ queries }) => queries.length > 0)))("%s refuses", (_, { method, path, queries }) => {
  test.each(queries.map(({ name, schema }) => [name, schema] as const))("a bad %s", async (name, schema) => {
    // Without words there is nothing to search for, whatever else is wrong.
    const needed = name !== "q" && queries.some((query) => query.name === "q") ? "q=hello&" : "";
    for (const query of badQueries(name, schema))
      expect(await refused({ method, address: `${addressOf(path)}?${needed}${query}` }, 400, path)).toStartWith(name);
  });
});

function badQueries(name: string, { type, maximum, minimum, enum: choices, format, maxLength }: Record<string, unknown>): string[] {
  const numbers = [
    "",
    "x",
    "1e2",
    "1e99",
    "0x10",
    "1.5",
    "%201",
    "NaN",
    "Infinity",
    "-1",
    "1,2",
    CANARY,
    "99999999999999999999",
    String(Number(minimum) - 1),
    String(Number(maximum) + 1),
  ];
  const values = [
    ...(type === "integer" ? numbers.filter((value) => value !== "NaN" || maximum !== undefined) : []),
    ...(choices || format ? ["", CANARY, "undefined"] : []),
    ...(maxLength === undefined ? [] : [CANARY.repeat(Number(maxLength))]),
    ...(name === "types" ? [CANARY, "", "message.user,"] : []),
  ];
  return [...values.map((value) => `${name}=${value}`), `${name}=1&${name}=2`];
}

describe.each(Object.entries(document.paths))("%s", (path, operations) => {
  const documented = Object.keys(operations).map((method) => method.toUpperCase());

  test.each(["GET", "POST", "PUT", "PATCH", "DELETE"].filter((method) => !documented.includes(method)))(
    "answers 405 and Allow to %s",
    async (method) => {
      await refused({ method, address: addressOf(path), headers: JSON_TYPE }, 405);
      const response = await fetch(app.url + addressOf(path), { method });
      const allowed = response.headers.get("allow")!.split(", ");
      expect(allowed).toEqual(expect.arrayContaining(documented));
      expect(allowed).not.toContain(method);
    },
  );

  test("answers HEAD where it answers GET, and OPTIONS", async () => {
    const head = await fetch(app.url + addressOf(path), { method: "HEAD" });
    const get = new AbortController();
    const { status } = await fetch(app.url + addressOf(path), { signal: get.signal });
    get.abort();
    expect([head.status, await head.text(), head.headers.has("x-request-id")]).toEqual([status, "", true]);
    const options = await fetch(app.url + addressOf(path), { method: "OPTIONS" });
    expect(options.headers.get("allow")).toContain(documented[0]!);
    expect(options.status).toBeLessThan(500);
  });
});

test("in all of this, no failure was the server's own", () => {
  expect(log.lines.filter(({ level }) => level >= 50)).toEqual([]);
});
