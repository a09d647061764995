import { z } from "zod";
import { ErrorBody } from "@/http/errors";
import type { RouteDoc } from "@/http/resource";
import type { Json, JsonSchema, Schemas } from "./openapi-schemas";

type Answer = { description: string; headers?: Record<string, Json>; content?: Record<string, { schema: JsonSchema }> };
export type Answers = Record<string, Answer | { $ref: string }>;

const header = (description: string, schema: JsonSchema) => ({ description, schema });
export const SHARED_HEADERS: Record<string, Json> = {
  RequestId: header("Names this request in the server's log.", { type: "string" }),
  IdempotentReplayed: header("`true` where this answer was given before, to the same Idempotency-Key.", { type: "string", enum: ["true"] }),
  Location: header("Where to go next.", { type: "string" }),
  RetryAfter: header("Seconds to wait before trying again.", { type: "integer", minimum: 0 }),
};
const sharedHeader = (name: keyof typeof SHARED_HEADERS) => ({ $ref: `#/components/headers/${name}` });
const ALWAYS = { "X-Request-Id": sharedHeader("RequestId") };

type Failure = { name: string; description: string; error: string; code: string };

const FAILURES: Record<number, Failure> = {
  400: {
    name: "BadRequest",
    description: "Something in the request is not valid.",
    error: "limit must be a whole number",
    code: "validation_error",
  },
  401: {
    name: "Unauthorized",
    description: "No credential, or one that is not valid.",
    error: "Sign in first: send a bearer token, an API key or the session cookie",
    code: "unauthorized",
  },
  403: {
    name: "Forbidden",
    description: "The credential does not reach this far.",
    error: "This API key may not write",
    code: "forbidden",
  },
  404: { name: "NotFound", description: "It does not exist, or belongs to somebody else.", error: "Agent not found", code: "not_found" },
  408: {
    name: "BodyTimeout",
    description: "The body did not arrive in time.",
    error: "The body did not arrive in time",
    code: "body_timeout",
  },
  409: { name: "Conflict", description: "It does not go with the current state.", error: "The agent is archived", code: "conflict" },
  413: { name: "TooLarge", description: "The body is too large.", error: "The body is larger than 1 MiB", code: "too_large" },
  415: {
    name: "UnsupportedMediaType",
    description: "The body is not JSON.",
    error: "Send the body as application/json",
    code: "unsupported_media_type",
  },
  422: {
    name: "IdempotencyMismatch",
    description: "The Idempotency-Key was used with another body.",
    error: "This Idempotency-Key was used with another body: use a new key for a new request",
    code: "idempotency_mismatch",
  },
  429: {
    name: "TooManyRequests",
    description: "Too many requests.",
    error: "Too many requests: wait 2 seconds and try again",
    code: "rate_limited",
  },
  500: {
    name: "InternalError",
    description: "A fault of the server. Its log says more, under the answer's X-Request-Id.",
    error: "Internal error",
    code: "internal_error",
  },
  503: {
    name: "Unavailable",
    description: "The server is starting, stopping or busy.",
    error: "The database is busy; try again",
    code: "unavailable",
  },
  507: {
    name: "StorageFull",
    description: "The server's disk is full.",
    error: "The disk is full: make room in the data folder's file system and try again",
    code: "storage_full",
  },
};
const WITH_RETRY_AFTER = new Set([429, 503]);

export const sharedFailures = (): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(FAILURES).map(([status, { name, description, error, code }]) => {
      const headers = { ...ALWAYS, ...(WITH_RETRY_AFTER.has(Number(status)) ? { "Retry-After": sharedHeader("RetryAfter") } : {}) };
      const content = { schema: { $ref: "#/output/Error" }, example: { error, status: Number(status), code } };
      return [name, { description, headers, content: { "application/json": content } }];
    }),
  );

type Asked = { method: string; isPublic: boolean; hasParameter: boolean; hasBody: boolean; hasQuery: boolean };

/** How a request of this kind may fail. */
export function failuresOf({ method, isPublic, hasParameter, hasBody, hasQuery }: Asked): number[] {
  const isRead = method === "get";
  const isPost = method === "post";
  const possible: Record<number, boolean> = {
    400: hasBody || hasQuery || isPost,
    // A public POST takes a credential in its body, and any change is refused from a foreign page.
    401: !(isPublic && isRead),
    403: !(isPublic && isRead),
    404: hasParameter,
    409: isPost || method === "put" || method === "patch",
    408: hasBody,
    413: hasBody,
    415: hasBody,
    422: isPost,
    429: true,
    500: true,
    503: true,
    507: !isRead,
  };
  return Object.keys(FAILURES)
    .map(Number)
    .filter((status) => possible[status]);
}

/** A route's own answers, and the shared ones for how it may fail besides. */
export function toResponses(answers: RouteDoc["answers"], failures: readonly number[], method: string, schemas: Schemas): Answers {
  const own = Object.entries(answers).map(([status, answer]) => [status, toResponse(Number(status), answer, method, schemas)]);
  const others = failures.filter((status) => !(status in answers)).map((status) => [String(status), sharedFailure(status)]);
  return Object.fromEntries([...own, ...others]);
}

const sharedFailure = (status: number) => ({ $ref: `#/components/responses/${FAILURES[status]!.name}` });

function toResponse(status: number, answer: RouteDoc["answers"][number], method: string, schemas: Schemas): Answer | { $ref: string } {
  if (answer === (ErrorBody as z.ZodType) && FAILURES[status]) return sharedFailure(status);
  const headers = {
    ...ALWAYS,
    ...(status >= 300 && status < 400 ? { Location: sharedHeader("Location") } : {}),
    ...(method === "post" && status < 300 ? { "Idempotent-Replayed": sharedHeader("IdempotentReplayed") } : {}),
  };
  if (answer === null) return { description: reason(status), headers };
  if (answer instanceof z.ZodType)
    return { description: reason(status), headers, content: { "application/json": { schema: schemas.add(answer, "output") } } };
  const { description, schema, contentType = schema ? "application/json" : undefined } = answer;
  if (!contentType) return { description, headers };
  return { description, headers, content: { [contentType]: { schema: schema ? schemas.add(schema, "output") : { type: "string" } } } };
}

const REASONS: Record<number, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "Done",
  303: "See other",
  308: "Moved",
  503: "Unavailable",
};

const reason = (status: number) => REASONS[status] ?? FAILURES[status]?.description ?? `Status ${status}`;
