import { z } from "zod";
import { isDiskFull } from "@/database/disk-full";
import { AppError, type ErrorKind } from "@/platform/app-error";
import type { Logger } from "@/platform/logger";
import { sayIssue } from "./issue-words";

export const ErrorBody = z.object({ error: z.string(), status: z.int(), code: z.string() }).meta({ id: "Error" });

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
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
    {
      status,
      headers: {
        ...headers,
        ...(retry === undefined ? {} : { "retry-after": String(retry) }),
        ...(status === 401 ? { "www-authenticate": challengeOf(error) } : {}),
        // What the client still has to send is not waited for.
        ...(status === 408 ? { connection: "close" } : {}),
      },
    },
  );
}

/** Says how to sign in, and whether what was sent is no longer any good. Source: RFC 6750, 3 */
const challengeOf = ({ code }: AppError): string =>
  `Bearer realm="Everruns"${code === "invalid_credential" ? ', error="invalid_token"' : ""}`;

export const nothingHere = () => new AppError("not_found", "There is nothing at this address. The routes are listed at /swagger-ui/.");

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
  if (error instanceof z.ZodError) return invalidInput("The body", error.issues[0]);
  if (!(error instanceof Error) || !("code" in error)) return null;
  if (error.code === "NOT_FOUND")
    return new AppError("not_found", "There is nothing at this address. The routes are listed at /swagger-ui/.");
  if (error.code === "PARSE") return error.cause instanceof AppError ? error.cause : new AppError("invalid", "The body is not valid JSON");
  if (error.code === "VALIDATION") return fromElysia(error);
  if (isDiskFull(error)) return new AppError("storage_full", "The disk is full: make room in the data folder's file system and try again");
  if (typeof error.code === "string" && error.code.startsWith("SQLITE_BUSY"))
    return new AppError("unavailable", "The database is busy; try again");
  return null;
}

/** Elysia's error holds what was submitted; of it, only the first thing that the schema found is used. */
function fromElysia(error: Error): AppError {
  const { type, valueError } = error as unknown as { type?: string; valueError?: z.core.$ZodIssue };
  return invalidInput(type === "query" ? "The query" : "The body", valueError);
}

const invalidInput = (whole: string, issue: z.core.$ZodIssue | undefined) =>
  new AppError("invalid", sayIssue(issue, whole), { code: "validation_error" });
