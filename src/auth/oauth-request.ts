import * as oauth from "oauth4webapi";
import { AppError } from "@/platform/app-error";
import { OutboundError } from "@/platform/outbound-error";
import { configuredPolicy } from "@/platform/outbound-policy";
import { createSafeFetch } from "@/platform/safe-fetch";
import { OAUTH_NAMES, type OAuthProvider } from "./oauth-driver";

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

/** How every request to a provider is made. Plain http only where the settings name it so, which they may for this very machine alone. */
export const requestOptionsFor = (address: string) => ({
  [oauth.customFetch]: limitedFetch,
  [oauth.allowInsecureRequests]: address.startsWith("http:"),
});

/** By the one client for everything outbound, without redirects: 10 s and 1 MiB for the whole answer. */
export async function limitedFetch(url: string, init: Omit<RequestInit, "signal">): Promise<Response> {
  const response = await outbound(url, { ...init, redirect: "manual", maxBytes: MAX_ANSWER_BYTES, timeoutMs: TIMEOUT_MS });
  const body = response.body && (await response.bytes());
  return new Response(body, { status: response.status, headers: response.headers });
}

/** Addresses come from the settings and from the provider that stands there. */
const outbound = createSafeFetch({ policy: configuredPolicy });

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
  ((error instanceof OutboundError && error.code === "timeout") ||
    ("code" in error && /^(E(?!RR_)[A-Z]+$|Connection|FailedTo|UNABLE_|CERT_|DEPTH_|SELF_)/.test(String(error.code))));
