import * as oauth from "oauth4webapi";
import { AppError } from "@/platform/app-error";
import { OAUTH_NAMES, type OAuthProvider } from "./oauth-driver";

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

/** How every request to a provider is made. Plain http only where the settings name it so, which they may for this very machine alone. */
export const requestOptionsFor = (address: string) => ({
  [oauth.customFetch]: limitedFetch,
  [oauth.allowInsecureRequests]: address.startsWith("http:"),
});

/** No proxy of the environment, no redirects, 10 s and 1 MiB for the whole answer. */
export async function limitedFetch(url: string, init: Omit<RequestInit, "signal">): Promise<Response> {
  // `false` is what Bun understands as "no proxy, whatever the environment says"; its types do not know that.
  const options = { ...init, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS), proxy: false };
  const response = await fetch(url, options as unknown as RequestInit);
  return new Response(await readLimited(response), { status: response.status, headers: withoutEncoding(response.headers) });
}

async function readLimited({ body }: Response): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!body) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > MAX_ANSWER_BYTES) throw new Error("the answer is too large");
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** The body was decoded while it was read. */
function withoutEncoding(headers: Headers): Headers {
  const kept = new Headers(headers);
  kept.delete("content-encoding");
  kept.delete("content-length");
  return kept;
}

/** The failure in words, without any of the provider's own: those may repeat what was submitted. */
export function oauthFailure(error: unknown, provider: OAuthProvider): AppError {
  if (error instanceof AppError) return error;
  const name = OAUTH_NAMES[provider];
  if (error instanceof oauth.AuthorizationResponseError)
    return error.error === "access_denied"
      ? refused(`Signing in with ${name} was cancelled`, "oauth_denied")
      : refused(`${name} did not sign you in: try again, or ask whoever runs this server to check its registration there`, "oauth_failed");
  if (isUnreachable(error))
    return new AppError("unavailable", `${name} can't be reached from this server at the moment: try again`, {
      code: "oauth_unreachable",
      retryAfterSeconds: 5,
    });
  return refused(`The answer from ${name} does not belong to this sign-in: begin again at the sign-in page`, "oauth_failed");
}

export const refused = (message: string, code: string) => new AppError("invalid", message, { code });

/** Bun's names for a network that fails; the library's own errors, and those for wrong arguments, are something else. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === "TimeoutError" ||
    ("code" in error && /^(E(?!RR_)[A-Z]+$|Connection|FailedTo|UNABLE_|CERT_|DEPTH_|SELF_)/.test(String(error.code))));
