import { boundedResponse, type Deadline, startDeadline } from "./bounded-response";
import { type CheckedAddresses, createCheckedAddresses, type Resolve, systemResolve } from "./checked-addresses";
import { OutboundError } from "./outbound-error";
import type { OutboundPolicy } from "./outbound-policy";

export type SafeFetchInit = Omit<RequestInit, "signal"> & {
  signal?: AbortSignal | null | undefined;
  /** The most bytes of the body after decompression; without it the caller counts. */
  maxBytes?: number;
  /** From the call to the last byte of the body; without it the caller watches. */
  timeoutMs?: number;
};

export type SafeFetch = (url: string | URL, init?: SafeFetchInit) => Promise<Response>;

type Parts = {
  policy: OutboundPolicy;
  resolve?: Resolve;
  now?: () => number;
  /** Certificates that are trusted instead of the machine's own, as PEM. */
  certificates?: string;
};

/** Else Bun sends every request through the proxy that the environment names, past all that is checked here. Its types do not know that `false` is one. */
const NO_PROXY = { proxy: false } as object;

const MAX_REDIRECTS = 5;
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * The one way out of this server. It resolves the host, judges every address and connects to a judged one, under the host's own name for
 * HTTP and for TLS, so that a name cannot change its address between the check and the connection. It follows redirects itself, each checked alike.
 * The answer's `url` is the last one. Throws an `OutboundError` for what it does not do, else what `fetch` throws.
 */
export function createSafeFetch({ policy, resolve = systemResolve, now = Date.now, certificates }: Parts): SafeFetch {
  const addresses = createCheckedAddresses(policy, resolve, now);

  return async (address, { maxBytes, timeoutMs, signal, ...init } = {}) => {
    const first = URL.parse(address);
    if (!first) throw new OutboundError("address_not_allowed", "The address is not a URL.");
    const deadline = startDeadline(timeoutMs, signal ?? undefined);
    try {
      const headers = new Headers(init.headers);
      if (!headers.has("accept-encoding")) headers.set("accept-encoding", "gzip");
      const asked: BunFetchRequestInit = { ...init, ...NO_PROXY, headers, redirect: "manual", decompress: false };
      if (deadline.signal) asked.signal = deadline.signal;
      const { response, url } = await follow(first, asked, init.redirect ?? "follow", { addresses, certificates, deadline });
      refuseLongHead(response);
      return boundedResponse(response, url, maxBytes, deadline);
    } catch (error) {
      deadline.end();
      throw deadline.reason() ?? error;
    }
  };
}

type Way = { addresses: CheckedAddresses; certificates: string | undefined; deadline: Deadline };

async function follow(
  first: URL,
  init: BunFetchRequestInit,
  redirect: RequestRedirect,
  way: Way,
): Promise<{ response: Response; url: URL }> {
  let url = first;
  let asked = init;
  for (let redirects = 0; ; redirects++) {
    const response = await send(url, asked, way);
    const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    if (location === null || redirect === "manual") return { response, url };
    await response.body?.cancel();
    if (redirect === "error") throw new OutboundError("bad_redirect", `${url.host} answers with a redirect.`);
    if (redirects === MAX_REDIRECTS)
      throw new OutboundError("too_many_redirects", `${first.host} redirects more than ${MAX_REDIRECTS} times.`);
    const next = URL.parse(location, url);
    if (!next) throw new OutboundError("bad_redirect", `${url.host} redirects to what is no address.`);
    asked = redirected(asked, response.status, url, next);
    url = next;
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What says nothing of the caller and may go to any host. */
const HARMLESS_HEADERS = ["accept", "accept-language", "accept-encoding", "user-agent", "content-type"];

/** Source: fetch.spec.whatwg.org/#http-redirect-fetch; across origins stricter: only harmless headers go along, and no body. */
function redirected(init: BunFetchRequestInit, status: number, from: URL, to: URL): BunFetchRequestInit {
  const method = (init.method ?? "GET").toUpperCase();
  const isSameOrigin = from.origin === to.origin;
  const becomesGet = (status === 303 && method !== "HEAD") || ((status === 301 || status === 302) && method === "POST");
  if (!becomesGet && init.body != null && (!isSameOrigin || init.body instanceof ReadableStream))
    throw new OutboundError("bad_redirect", `${from.host} redirects a request with a body, which is not sent on.`);

  const headers = new Headers(init.headers);
  if (!isSameOrigin) for (const name of [...headers.keys()]) if (!HARMLESS_HEADERS.includes(name)) headers.delete(name);
  if (!becomesGet) return { ...init, headers };
  headers.delete("content-type");
  return { ...init, headers, method: "GET", body: null };
}

async function send(url: URL, init: BunFetchRequestInit, { addresses, certificates, deadline }: Way): Promise<Response> {
  const trusted = certificates === undefined ? {} : { ca: certificates };
  const found = await deadline.race(addresses.of(url));
  if (found === null) return fetch(url.href, certificates === undefined ? init : { ...init, tls: trusted });

  const headers = new Headers(init.headers);
  headers.set("host", url.host);
  const named = url.protocol === "https:" ? { tls: { ...trusted, serverName: url.hostname.replace(/\.$/, "") } } : {};
  const candidates = init.body instanceof ReadableStream ? found.slice(0, 1) : found;
  for (const [index, address] of candidates.entries()) {
    try {
      const response = await fetch(at(url, address), { ...init, headers, ...named });
      addresses.served(url, address);
      return response;
    } catch (error) {
      if (index === candidates.length - 1 || !isNeverConnected(error)) throw error;
    }
  }
  throw Object.assign(new Error("The host has no address"), { code: "ENOTFOUND" });
}

function at(url: URL, address: string): string {
  const host = address.includes(":") ? `[${address}]` : address;
  const port = url.port === "" ? "" : `:${url.port}`;
  return `${url.protocol}//${host}${port}${url.pathname}${url.search}`;
}

/** Nothing was sent, so that the same may be tried elsewhere without doing anything twice. */
export const isNeverConnected = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  /^(ENOTFOUND|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(String(error.code));

/** Bun takes at most 256 headers, each as long as it comes. */
function refuseLongHead({ headers, body }: Response): void {
  let bytes = 0;
  for (const [name, value] of headers) bytes += name.length + value.length;
  if (bytes <= MAX_HEADER_BYTES) return;
  void body?.cancel();
  throw new OutboundError("too_large", `The answer's headers are larger than ${MAX_HEADER_BYTES} bytes.`);
}
