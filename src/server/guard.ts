import type { Authenticate } from "@/auth/authenticate";
import { setActor } from "@/auth/request-actor";
import { bodyRulesOf, isJson } from "@/http/body-rules";
import { setClientAddress } from "@/http/client-address";
import { answerFailure, nothingHere } from "@/http/errors";
import { tooLarge } from "@/http/json-body";
import type { RateLimits } from "@/http/rate-limits";
import { setRequestLog } from "@/http/request-log";
import { AppError, GoingAway } from "@/platform/app-error";
import { newId } from "@/platform/ids";
import type { Logger } from "@/platform/logger";
import { clientBehind, type TrustedProxies } from "@/platform/trusted-proxies";
import type { KnownHosts } from "./known-hosts";
import type { Origins } from "./origins";
import { isPublicRoute } from "./public-paths";

type Parts = {
  /** Static files, for everyone: undefined for what is none. */
  page: (request: Request) => Response | Promise<Response> | undefined;
  route: (request: Request) => Response | Promise<Response>;
  authenticate: Authenticate;
  hosts: KnownHosts;
  /** The server is going away: it answers only that. */
  isDraining: () => boolean;
  logger: Logger;
  proxies: TrustedProxies;
  origins: Origins;
  rateLimits: Pick<RateLimits, "callFrom" | "callBy">;
  secureHeaders: (headers: Headers) => void;
};

/** `socketAddress` is that of the other end of the connection; null where nobody knows it. */
export type Guard = (request: Request, socketAddress?: string | null) => Promise<Response>;

/** What every request passes before any route sees it, cheapest check first, and what every answer gets on its way out. Never throws. */
export const createGuard =
  ({ page, route, authenticate, hosts, isDraining, logger, proxies, origins, rateLimits, secureHeaders }: Parts): Guard =>
  async (request, socketAddress = null) => {
    const begun = performance.now();
    const requestId = newId();
    const log = logger.child({ request_id: requestId });
    const address = socketAddress === null ? null : clientBehind(socketAddress, request.headers.get("x-forwarded-for"), proxies);
    let response: Response;
    try {
      refuseStrangeHost(request, hosts);
      rateLimits.callFrom(address);
      refuseUnreadablePath(request);
      if (isDraining()) refuseWhileDraining(request);
      origins.refuseCrossSite(request);
      refuseBody(request);
      response = origins.preflight(request) ?? (await answer(request, address, { page, route, authenticate, rateLimits, log }));
    } catch (error) {
      response = answerFailure(error, log);
    }
    response.headers.set("x-request-id", requestId);
    secureHeaders(response.headers);
    origins.permit(request, response.headers);
    // A request under no valid host has an address that no URL can be made of.
    const path = URL.parse(request.url)?.pathname;
    log.debug({ method: request.method, path, status: response.status, ms: Math.round(performance.now() - begun) }, "request");
    return response;
  };

type Inside = Pick<Parts, "page" | "route" | "authenticate" | "rateLimits"> & { log: Logger };

async function answer(request: Request, address: string | null, parts: Inside): Promise<Response> {
  const { page, route, authenticate, rateLimits, log } = parts;
  const isHead = request.method === "HEAD";
  const asked = isHead ? new Request(request, { method: "GET" }) : request;
  setRequestLog(asked, log);
  if (address !== null) setClientAddress(asked, address);
  const file = page(asked);
  if (file) return await file;
  // Before the body is read: a stranger's is not worth a byte. Whatever is not listed as public is closed.
  if (!isPublicRoute(asked)) {
    const actor = await authenticate(asked);
    rateLimits.callBy(actor.user.id);
    setActor(asked, actor);
  }
  const response = await route(asked);
  return isHead ? withoutStream(response) : response;
}

/** The answer to HEAD is that to GET, whose body Bun leaves out. A stream has no end to wait for: it is let go at once. */
async function withoutStream(response: Response): Promise<Response> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}

/** Probes still hear how it is; everyone else is told to come back. */
function refuseWhileDraining(request: Request): void {
  if (/^\/(health|ready)\/?$/.test(new URL(request.url).pathname)) return;
  throw new GoingAway();
}

/** A page of another site can make a browser ask this machine under that site's own name: such a name is none that we serve. */
function refuseStrangeHost(request: Request, hosts: KnownHosts): void {
  const host = request.headers.get("host");
  if (host === null || !hosts.has(host)) {
    throw new AppError(
      "forbidden",
      "The Host header names no address of this server. Open it under the address that it printed at its start.",
      {
        code: "unknown_host",
      },
    );
  }
}

/** The router gives null for a parameter that it cannot decode, and null is not what a route reads as an unknown id. */
function refuseUnreadablePath(request: Request): void {
  try {
    decodeURIComponent(new URL(request.url).pathname);
  } catch {
    throw nothingHere();
  }
}

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** By what the headers say; a body without a declared length is counted while it is read. */
function refuseBody(request: Request): void {
  if (READS.has(request.method)) return;
  const length = Number(request.headers.get("content-length") ?? "0");
  const { maxBytes, isRaw } = bodyRulesOf(request);
  if (length > maxBytes) throw tooLarge(maxBytes);
  const hasBody = length > 0 || request.headers.has("transfer-encoding");
  if (!hasBody) return;
  if (!isRaw && !isJson(request))
    throw new AppError("unsupported_media_type", "Send the body as JSON, with Content-Type: application/json");
  if (!/^(identity)?$/i.test(request.headers.get("content-encoding") ?? ""))
    throw new AppError("unsupported_media_type", "Send the body as it is, without Content-Encoding");
}
