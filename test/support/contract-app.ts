import { expect } from "bun:test";
import type { OpenApiDocument } from "@/server/openapi";
import type { Answer } from "./client";
import { conforms } from "./conforms";
import { type TestApp, testApp } from "./test-app";

export type ContractApp = TestApp & {
  document: OpenApiDocument;
  /** Sends a request, expects the status, and holds the answer against the document. `line` is `GET /v1/agents`. */
  expect<Body = Record<string, unknown>>(
    line: string,
    status: number,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
};

/** A server whose every answer is checked against its own OpenAPI document, and whose simulated model does not take its time. */
export async function contractApp(options: Parameters<typeof testApp>[0] = {}): Promise<ContractApp> {
  const app = await testApp(options);
  const [provider] = (await app.get<{ id: string }[]>("/v1/llm-providers")).body;
  await app.call("PATCH", `/v1/llm-providers/${provider!.id}`, { settings: { delay_ms: 0 } });
  const document = (await app.get<OpenApiDocument>("/api-doc/openapi.json")).body;
  return {
    ...app,
    document,
    async expect<Body>(line: string, status: number, body?: unknown, headers: Record<string, string> = {}) {
      const [method, path] = line.split(" ") as [string, string];
      const answer = await app.call<Body>(method, path, body, headers);
      expect(answer.status, `${line}: ${JSON.stringify(answer.body)}`).toBe(status);
      expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      if (status >= 400) expect(answer.body).toEqual({ error: expect.any(String), status, code: expect.any(String) } as Body);
      conforms(document, method, path, status, answer.body ?? undefined);
      return answer;
    },
  };
}

export const UNKNOWN_ID = "0199a3b1-1111-7222-8333-944455556666";

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** What an id, an owner, a place or a time would be called by a client that tries to set them. */
export const NOT_FOR_CLIENTS = {
  id: UNKNOWN_ID,
  owner_id: UNKNOWN_ID,
  ownerId: UNKNOWN_ID,
  user_id: UNKNOWN_ID,
  agent_id: UNKNOWN_ID,
  session_id: UNKNOWN_ID,
  provider_id: UNKNOWN_ID,
  turn_id: UNKNOWN_ID,
  sequence: 999,
  created_at: "2001-01-01T00:00:00Z",
  updated_at: "2001-01-01T00:00:00Z",
  started_at: "2001-01-01T00:00:00Z",
  finished_at: "2001-01-01T00:00:00Z",
  last_used_at: "2001-01-01T00:00:00Z",
  usage: { input_tokens: 999 },
  constructor: { prototype: { id: UNKNOWN_ID } },
  no_such_field: 1,
};
