import { z } from "zod";
import { AppError, type ErrorKind } from "@/platform/app-error";
import type { Logger } from "@/platform/logger";

export const ErrorBody = z.object({ error: z.string(), status: z.int(), code: z.string() }).meta({ id: "Error" });

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  idempotency_mismatch: 422,
  rate_limited: 429,
  unavailable: 503,
  storage_full: 507,
};

export function errorAnswer(error: AppError, headers: Record<string, string> = {}): Response {
  const status = STATUS[error.kind];
  const retry = error.retryAfterSeconds ?? (status === 503 ? 1 : undefined);
  return Response.json(
    { error: error.message, status, code: error.code },
    { status, headers: { ...headers, ...(retry === undefined ? {} : { "retry-after": String(retry) }) } },
  );
}

/** The one place that turns a failure into an answer. Nothing that was submitted, and no word of an unforeseen error, leaves through it. */
export function answerFailure(error: unknown, logger: Logger): Response {
  const failure = asAppError(error);
  if (failure) return errorAnswer(failure);
  logger.error({ err: error }, "request failed");
  return Response.json({ error: "Internal error", status: 500, code: "internal_error" }, { status: 500 });
}

/** The failure in the language of the API, or null for one that nobody foresaw. */
function asAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  if (error instanceof z.ZodError) return invalidInput("", error.issues);
  if (!(error instanceof Error) || !("code" in error)) return null;
  if (error.code === "NOT_FOUND")
    return new AppError("not_found", "There is nothing at this address. The routes are listed at /swagger-ui/.");
  if (error.code === "PARSE") return new AppError("invalid", "The body is not valid JSON");
  if (error.code === "VALIDATION") return fromElysia(error);
  if (error.code === "SQLITE_FULL")
    return new AppError("storage_full", "The disk is full: make room in the data folder's file system and try again");
  if (typeof error.code === "string" && error.code.startsWith("SQLITE_BUSY"))
    return new AppError("unavailable", "The database is busy; try again");
  return null;
}

type Issue = { path?: PropertyKey[] | string; message?: string };

function fromElysia(error: Error): AppError {
  const { type, all } = error as unknown as { type?: string; all?: unknown };
  return invalidInput(type === "query" || type === "headers" ? type : "", (Array.isArray(all) ? all : []) as Issue[]);
}

function invalidInput(where: string, [first]: readonly Issue[]): AppError {
  const path = typeof first?.path === "string" ? first.path.split(".") : (first?.path ?? []).map(String);
  const named = [where, ...path.filter(isFieldName)].filter((part) => part !== "").join(".");
  const message = (first?.message ?? "is not valid").replace(/^Invalid input: /, "").replace(/^Invalid input$/, "is not valid");
  return new AppError("invalid", named === "" ? `The request ${asClaim(message)}` : `${named} ${asClaim(message)}`, {
    code: "validation_error",
  });
}

/** Keys of free-form objects are the client's own words; only names that look like ours are repeated. */
const isFieldName = (part: string): boolean => /^([a-z_]{1,40}|\d{1,6})$/.test(part);

const asClaim = (message: string): string => (/^(must|is|needs|has|are|can)\b/.test(message) ? message : `is not valid: ${message}`);
