export type OutboundErrorCode = "address_not_allowed" | "too_many_redirects" | "too_large" | "timeout" | "bad_redirect" | "bad_encoding";

/** A call that this server does not make, or does not go on with. `message` says why and names no path and no query. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  constructor(
    readonly code: OutboundErrorCode,
    message: string,
  ) {
    super(message);
  }
}
