export type ErrorKind =
  | "invalid"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "timeout"
  | "conflict"
  | "too_large"
  | "unsupported_media_type"
  | "idempotency_mismatch"
  | "rate_limited"
  | "unavailable"
  | "storage_full";

type Details = { code?: string; retryAfterSeconds?: number };

/** A failure whose words the caller may read. Anything else that is thrown is a bug, and answers `Internal error`. */
export class AppError extends Error {
  override readonly name: string = "AppError";
  /** The answer's machine-readable `code`; the kind itself unless something narrower is known. */
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    { code = kind, retryAfterSeconds }: Details = {},
  ) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const notFound = (what: string) => new AppError("not_found", `${what} not found`);
export const invalid = (message: string) => new AppError("invalid", message);
export const conflict = (message: string, code = "conflict") => new AppError("conflict", message, { code });

/** Nothing more is begun here: the next process goes on. */
export class GoingAway extends AppError {
  constructor() {
    super("unavailable", "The server is shutting down: try again in a moment", { code: "draining", retryAfterSeconds: 1 });
  }
}

/** The server cannot start as it is configured. The command line prints `message` and exits with `exitCode`. */
export class StartRefused extends Error {
  override readonly name = "StartRefused";
  constructor(
    message: string,
    readonly exitCode: 78 | 3 = 78,
  ) {
    super(message);
  }
}
