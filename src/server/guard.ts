import { authenticateLocally } from "@/auth/authenticate";
import { setActor } from "@/auth/request-actor";
import { answerFailure } from "@/http/errors";
import { AppError } from "@/platform/app-error";
import { newId } from "@/platform/ids";
import type { Logger } from "@/platform/logger";
import type { KnownHosts } from "./known-hosts";

/** The largest body of a request, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

type Parts = { route: (request: Request) => Response | Promise<Response>; hosts: KnownHosts; logger: Logger };

export type Guard = (request: Request) => Promise<Response>;

/** What every request passes before any route sees it, cheapest check first, and what every answer gets on its way out. Never throws. */
export const createGuard =
  ({ route, hosts, logger }: Parts): Guard =>
  async (request) => {
    const begun = performance.now();
    const requestId = newId();
    const log = logger.child({ request_id: requestId });
    let response: Response;
    try {
      refuseStrangeHost(request, hosts);
      refuseCrossSite(request);
      refuseBody(request);
      setActor(request, authenticateLocally());
      response = await route(request);
    } catch (error) {
      response = answerFailure(error, log);
    }
    response.headers.set("x-request-id", requestId);
    response.headers.set("x-content-type-options", "nosniff");
    const { pathname } = new URL(request.url);
    log.debug({ method: request.method, path: pathname, status: response.status, ms: Math.round(performance.now() - begun) }, "request");
    return response;
  };

/** A page of another site can make a browser ask this machine under that site's own name: such a name is none that we serve. */
function refuseStrangeHost(request: Request, hosts: KnownHosts): void {
  const host = request.headers.get("host");
  if (host === null || !hosts.has(host)) {
    throw new AppError(
      "forbidden",
      "The Host header names no address of this server. Open it under the address that it printed at its start.",
      { code: "unknown_host" },
    );
  }
}

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Other sites' pages may not change anything here, and their scripts may not read: a browser says where a request comes from. */
function refuseCrossSite(request: Request): void {
  if (READS.has(request.method)) return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const isForeign = origin !== null && URL.parse(origin)?.host !== request.headers.get("host");
  if (site === "cross-site" || isForeign)
    throw new AppError("forbidden", "Requests from other sites' pages are not accepted", { code: "cross_site" });
}

function refuseBody(request: Request): void {
  if (READS.has(request.method)) return;
  const length = Number(request.headers.get("content-length") ?? "0");
  if (length > MAX_BODY_BYTES) throw new AppError("too_large", `The body is larger than ${MAX_BODY_BYTES} bytes`);
  const type = request.headers.get("content-type");
  const hasBody = length > 0 || request.headers.has("transfer-encoding");
  if (hasBody && !/^application\/json\s*(;|$)/i.test(type ?? "")) {
    throw new AppError("unsupported_media_type", "Send the body as JSON, with Content-Type: application/json");
  }
}
