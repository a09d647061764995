import { LlmError, type LlmErrorCode } from "./llm";

/** Whom a driver talks to: what its errors may name. `apiKey` is here only to be taken out of what a provider says. */
export type Peer = { host: string; model: string | null; apiKey: string | null };

/** A provider's no: an HTTP answer, or an error object in the middle of a stream, which has no status of its own. */
export type Refusal = { status?: number | undefined; headers?: Headers | undefined; body: unknown };

/** Longest quote of a provider's own words, in characters. */
const maxQuote = 300;

export function refused(peer: Peer, { status: given, headers, body }: Refusal): LlmError {
  const detail = readDetail(body);
  const words = `${detail.code} ${detail.type} ${detail.message}`;
  const status = given ?? impliedStatus(detail);
  const { code, retryable, says } = judge(peer, status, words);
  const retryAfterMs = retryable ? readRetryAfter(headers) : undefined;
  const wait = retryAfterMs === undefined ? "" : ` It asks to wait ${waitInWords(retryAfterMs)}.`;
  const retry = retryable && headers?.get("x-should-retry") !== "false";
  return new LlmError(code, `${says}${wait}${quote(peer, detail.message)}`, retry, retryAfterMs);
}

/** A wait that outlasts a person's patience is told by its end. */
function waitInWords(ms: number): string {
  if (ms <= 60_000) return `${Math.ceil(ms / 1000)} s`;
  const end = new Date(Math.min(Date.now() + ms, MAX_TIME));
  return `until ${end.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The end of the year 9999. */
const MAX_TIME = 253_402_300_799_999;

export const badResponse = (peer: Peer, what: string, retryable = true) => new LlmError("bad_response", `${peer.host} ${what}`, retryable);

export const cutShort = (peer: Peer) => badResponse(peer, "ended before its answer was complete.");

const certificateCode = /CERT|SIGNATURE|SELF_SIGNED|SSL|TLS/i;

/** A connection that could not be made, or was lost. */
export function unreachable(peer: Peer, error: unknown, when: "connect" | "stream"): LlmError {
  const code = isRecord(error) && typeof error.code === "string" ? error.code : "";
  if (certificateCode.test(code)) return new LlmError("unreachable", `The certificate of ${peer.host} is not trusted (${code}).`, false);
  const said = code || quote(peer, error instanceof Error ? error.message : "").trim();
  const what =
    when === "connect" ? `${peer.host} cannot be reached` : `The connection to ${peer.host} was lost before its answer was complete`;
  return new LlmError("unreachable", said ? `${what} (${said}).` : `${what}.`, true);
}

type Judgement = { code: LlmErrorCode; retryable: boolean; says: string };

const noCredit =
  /insufficient_quota|insufficient.{0,20}(credit|balance|funds)|credit balance is too low|billing|exceeded your current quota/i;
const tooLong =
  /context.?length|context.?window|context size|maximum context|exceed_context|prompt is too long|input is too long|too many (input )?tokens|exceeds? (the )?(max|context)[\w ]*(tokens|limit)|request_too_large/i;
const badKey = /invalid_api_key|api key not valid|incorrect api key|invalid x-api-key|authentication_error/i;
const overload = /overload|at capacity|capacity exceeded|server is busy/i;

function judge({ host, model, apiKey }: Peer, status: number, words: string): Judgement {
  const which = model === null ? "this model" : `"${model}"`;
  if (status === 402 || (status < 500 && noCredit.test(words))) {
    return { code: "rate_limited", retryable: false, says: `${host} says that this account has no credit left.` };
  }
  if (status === 413 || ((status === 400 || status === 422 || status === 500) && tooLong.test(words))) {
    return { code: "context_too_long", retryable: false, says: `The conversation is longer than ${which} can read.` };
  }
  if (status === 401 || (status === 400 && badKey.test(words))) {
    const says =
      apiKey === null ? `${host} wants an API key, and this provider has none.` : `${host} refused the API key of this provider.`;
    return { code: "invalid_api_key", retryable: false, says };
  }
  if (status === 403) return { code: "not_permitted", retryable: false, says: `${host} does not permit this key to use ${which}.` };
  if (status === 404) {
    return {
      code: "model_not_found",
      retryable: false,
      says: `${host} does not know the model ${which}, or the provider's base_url is wrong.`,
    };
  }
  if (status === 429) return { code: "rate_limited", retryable: true, says: `${host} limits the rate of requests.` };
  if (status === 408 || status === 504) return { code: "timeout", retryable: true, says: `${host} took too long (HTTP ${status}).` };
  if (status === 529 || (status >= 500 && overload.test(words))) {
    return { code: "overloaded", retryable: true, says: `${host} is overloaded (HTTP ${status}).` };
  }
  if (status >= 500 || status === 409 || status === 425) {
    return { code: "provider_error", retryable: true, says: `${host} failed (HTTP ${status}).` };
  }
  if (status >= 300 && status < 400) {
    return {
      code: "bad_request",
      retryable: false,
      says: `${host} answered with a redirect (HTTP ${status}): set base_url to the address it points to.`,
    };
  }
  return { code: "bad_request", retryable: false, says: `${host} did not accept the request (HTTP ${status}).` };
}

type Detail = { message: string; code: string; type: string };

/** Providers nest their errors differently: `{error: {message}}`, `{error: "…"}`, `[{error}]`, `{message}`, `{detail}`, or plain text. */
function readDetail(body: unknown): Detail {
  const outer = Array.isArray(body) ? body[0] : body;
  if (typeof outer === "string") return { message: plainText(outer), code: "", type: "" };
  if (!isRecord(outer)) return { message: "", code: "", type: "" };
  const inner = outer.error ?? outer;
  if (typeof inner === "string") return { message: inner, code: "", type: "" };
  if (!isRecord(inner)) return { message: "", code: "", type: "" };
  const upstream = isRecord(inner.metadata) ? inner.metadata.raw : undefined;
  const message = [upstream, inner.message, outer.message, outer.detail].find((text) => typeof text === "string" && text !== "");
  return { message: asText(message), code: asText(inner.code), type: asText(inner.type) || asText(inner.status) };
}

/** A web page is told by its title alone. */
function plainText(text: string): string {
  if (!/^\s*<(!doctype|html|\?xml)/i.test(text)) return text;
  return /<title[^>]*>([^<]*)/i.exec(text.slice(0, 20_000))?.[1] ?? "";
}

const statuses: readonly [RegExp, number][] = [
  [/rate_limit|too_many_requests/i, 429],
  [/insufficient_quota|billing/i, 402],
  [/overloaded/i, 529],
  [/authentication|invalid_api_key/i, 401],
  [/permission/i, 403],
  [/not_found/i, 404],
  [/too_large/i, 413],
  [/timeout/i, 504],
  [/invalid|policy|image|context_length|bad_?request|content_filter/i, 400],
];

function impliedStatus({ code, type }: Detail): number {
  const numeric = Number(code);
  if (Number.isInteger(numeric) && numeric >= 400 && numeric < 600) return numeric;
  return statuses.find(([pattern]) => pattern.test(code) || pattern.test(type))?.[1] ?? 500;
}

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), or `retry-after-ms`. */
function readRetryAfter(headers: Headers | undefined): number | undefined {
  const ms = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (Number.isFinite(ms) && ms >= 0) return Math.ceil(ms);
  const text = headers?.get("retry-after")?.trim();
  if (!text) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds < 0 ? undefined : Math.ceil(seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** One line of a provider's own words, without the key, which some providers echo. */
function quote({ apiKey }: Peer, text: string): string {
  const hidden = apiKey !== null && apiKey.length >= 4 ? text.slice(0, 20_000).replaceAll(apiKey, "[redacted]") : text.slice(0, 20_000);
  const line = hidden
    .replace(/\b(sk|key)-[\w*-]{8,}/g, "[redacted]")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  if (line === "") return "";
  const short = line.length > maxQuote ? `${line.slice(0, maxQuote - 1)}…` : line;
  return ` It said: "${short.toWellFormed()}"`;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const asText = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
