import { AppError } from "@/platform/app-error";

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

export type RefuseForeignPage = ReturnType<typeof createRefuseForeignPage>;

/** `allowedOrigins`: those whose pages may call as the server's own do. */
type Options = { baseUrl: string; allowedOrigins?: ReadonlySet<string> };

/**
 * Browsers send cookies along whoever asked them to. What changes something by a cookie must say that it comes from this server's own page:
 * by an `Origin` that is the server's, or a `Sec-Fetch-Site` of same-origin or none. Throws 403.
 */
export const createRefuseForeignPage = ({ baseUrl, allowedOrigins = new Set() }: Options) => {
  const publicUrl = new URL(baseUrl);

  return function refuseForeignPage(request: Request): void {
    if (READS.has(request.method)) return;
    const site = request.headers.get("sec-fetch-site");
    const origin = request.headers.get("origin");
    if (origin !== null && allowedOrigins.has(origin)) return;
    const host = request.headers.get("host") ?? "";
    const own = host === publicUrl.host ? publicUrl.origin : `http://${host}`;
    if (site === null ? origin === own : site === "same-origin" || site === "none") return;
    throw new AppError(
      "forbidden",
      "With a cookie, changes are accepted from this server's own pages only: elsewhere send a bearer token",
      {
        code: "cross_site",
      },
    );
  };
};
