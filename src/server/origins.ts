import { AppError } from "@/platform/app-error";

type Parts = {
  /** Pages of these origins may call as this server's own do. */
  allowed: ReadonlySet<string>;
  baseUrl: string;
};

export type Origins = ReturnType<typeof createOrigins>;

const READS = new Set(["GET", "HEAD", "OPTIONS"]);
const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
const ASKED_HEADERS = "accept, authorization, content-type, idempotency-key, last-event-id";
const TOLD_HEADERS = "idempotent-replayed, retry-after, x-request-id";
const REMEMBERED_SECONDS = "600";

/** Which sites' pages may do what. A browser says where a request comes from; other clients say nothing, and carry no cookies of a victim. */
export function createOrigins({ allowed, baseUrl }: Parts) {
  const publicUrl = URL.parse(baseUrl);
  const isAllowed = (origin: string | null): origin is string => origin !== null && allowed.has(origin);

  function isOwn(origin: string, host: string | null): boolean {
    if (origin === publicUrl?.origin) return true;
    return host !== publicUrl?.host && URL.parse(origin)?.host === host;
  }

  return {
    /** Other sites' pages may change nothing here, and what they embed they may not read: they can only send people here. Throws 403. */
    refuseCrossSite({ method, headers }: Request): void {
      const origin = headers.get("origin");
      if (isAllowed(origin)) return;
      const isCrossSite = headers.get("sec-fetch-site") === "cross-site";
      const isVisit = READS.has(method) && headers.get("sec-fetch-mode") === "navigate";
      const isForeignChange = !READS.has(method) && origin !== null && !isOwn(origin, headers.get("host"));
      if ((isCrossSite && !isVisit) || isForeignChange)
        throw new AppError("forbidden", "Requests from other sites' pages are not accepted", { code: "cross_site" });
    },

    /** The answer to a browser that asks whether a page of an allowed origin may call. */
    preflight({ method, headers }: Request): Response | undefined {
      if (method !== "OPTIONS" || !headers.has("access-control-request-method") || !isAllowed(headers.get("origin"))) return undefined;
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-methods": METHODS,
          "access-control-allow-headers": ASKED_HEADERS,
          "access-control-max-age": REMEMBERED_SECONDS,
        },
      });
    },

    /** Lets a page of an allowed origin read the answer. Caches are told that answers differ by origin as soon as there is any. */
    permit(request: Request, answer: Headers): void {
      if (allowed.size === 0) return;
      answer.append("vary", "Origin");
      const origin = request.headers.get("origin");
      if (!isAllowed(origin)) return;
      answer.set("access-control-allow-origin", origin);
      answer.set("access-control-allow-credentials", "true");
      answer.set("access-control-expose-headers", TOLD_HEADERS);
    },
  };
}
