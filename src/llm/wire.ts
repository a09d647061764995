import { OutboundError } from "@/platform/outbound-error";
import { type LlmConnection, LlmError, type LlmEvent } from "./llm";
import { badResponse, isRecord, type Peer, refused, unreachable } from "./provider-errors";
import { createWatchdog, type Patience } from "./stream-watchdog";

type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** `fetch` is how a driver reaches the network: one that checks where it goes. The waiting times are 60 s each unless given. */
export type DriverOptions = { fetch: (url: string | URL, init?: RequestInit) => Promise<Response> } & Partial<Patience>;

/** What one call gives to an SDK. Watching, refusals and authentication happen in `fetch`, the same for every SDK. */
export type Wire = { peer: Peer; signal: AbortSignal; fetch: Fetch };

type Call = {
  connection: LlmConnection;
  options: DriverOptions;
  signal: AbortSignal;
  /** The address that is called, for the words of errors. */
  baseUrl: string;
  model: string | null;
  expects: "stream" | "json";
  /** The headers that carry the key; no others of the SDK's own invention are sent. */
  auth: Record<string, string>;
};

/** A stream needs some hundred bytes for each piece of its text, of which 1 MiB is read; more is padding without end. */
const maxStreamBytes = 128 * 1024 * 1024;
const maxJsonBytes = 8 * 1024 * 1024;
const maxRefusalLength = 64 * 1024;
const sentHeaders = ["accept", "content-type", "anthropic-version"];

/**
 * Lets `speak` talk over a watched wire. It ends with the signal's reason when aborted and with an `LlmError` for everything else,
 * and the socket is closed either way: both SDKs end their loop without an error on an abort.
 */
export async function* overWire(call: Call, speak: (wire: Wire) => AsyncIterable<LlmEvent>): AsyncGenerator<LlmEvent, void, void> {
  const wire = openWire(call);
  try {
    for await (const event of speak(wire)) {
      call.signal.throwIfAborted();
      wire.progress();
      if (event.type === "finished") wire.complete();
      yield event;
    }
  } catch (error) {
    throw wire.explain(error);
  } finally {
    wire.close();
  }
}

/** The same for one answer that is not streamed. */
export async function askOverWire<Answer>(call: Call, ask: (wire: Wire) => Promise<Answer>): Promise<Answer> {
  const wire = openWire(call);
  try {
    const answer = await ask(wire);
    wire.complete();
    return answer;
  } catch (error) {
    throw wire.explain(error);
  } finally {
    wire.close();
  }
}

function openWire({ connection, options, signal, baseUrl, model, expects, auth }: Call) {
  signal.throwIfAborted();
  const { fetch: send, firstByteMs = 60_000, silenceMs = 60_000 } = options;
  const peer: Peer = { host: new URL(baseUrl).host, model, apiKey: connection.apiKey };
  const stop = new AbortController();
  let failure: LlmError | undefined;
  let isComplete = false;

  const fail = (error: LlmError): LlmError => {
    failure ??= error;
    stop.abort(failure);
    return failure;
  };
  const watchdog = createWatchdog(peer, { firstByteMs, silenceMs }, stop, fail);
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });

  /** An SDK's own signal is not passed on: when a connection ends is decided here. */
  async function watchedFetch(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    watchdog.expectFirstByte();
    const headers = keepHeaders(init.headers);
    for (const [name, value] of Object.entries(connection.apiKey === null ? {} : auth)) {
      if (!/^[\x20-\x7e]*$/.test(value.trim()))
        throw fail(new LlmError("invalid_api_key", "The API key holds characters that no key has.", false));
      headers.set(name, value);
    }
    const address = url instanceof Request ? url.url : url;
    const response = await send(address, { ...init, headers, redirect: "manual", signal: stop.signal }).catch((error) => {
      if (stop.signal.aborted) throw error;
      throw fail(error instanceof LlmError ? error : notConnected(peer, error));
    });
    const contentType = response.headers.get("content-type") ?? "";
    const isJson = /\bjson\b/.test(contentType);
    if (!response.ok) throw fail(refused(peer, { status: response.status, headers: response.headers, body: await readRefusal(response) }));
    if (/\bhtml\b/.test(contentType)) {
      throw fail(badResponse(peer, "answered with a web page instead of an answer of a model: check the provider's base_url.", false));
    }
    if (expects === "stream" && isJson) {
      const body = await readRefusal(response);
      const hasError = isRecord(body) && Boolean(body.error);
      throw fail(hasError ? refused(peer, { headers: response.headers, body }) : badResponse(peer, "did not stream its answer.", false));
    }
    const maxBytes = expects === "json" ? maxJsonBytes : maxStreamBytes;
    return new Response(response.body && watchdog.watch(response.body, maxBytes), { status: response.status, headers: response.headers });
  }

  /** An error's body as JSON if it is JSON, else as text; no more of it than an error can need. */
  async function readRefusal(response: Response): Promise<unknown> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of response.body ? watchdog.watch(response.body, maxJsonBytes) : []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > maxRefusalLength) break;
    }
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  function explain(error: unknown): unknown {
    if (signal.aborted) return signal.reason;
    if (failure !== undefined) return failure;
    if (error instanceof LlmError) return error;
    // Both SDKs throw an error object that arrives in mid-stream with its body in `error`, and without a status.
    if (isRecord(error) && error.error !== undefined && error.error !== null) return refused(peer, { body: error.error });
    return Object.assign(badResponse(peer, "answered in a way that cannot be read."), { cause: error });
  }

  const complete = () => {
    isComplete = true;
  };

  function close() {
    watchdog.rest();
    signal.removeEventListener("abort", onAbort);
    if (isComplete) void watchdog.readToEnd();
    else stop.abort();
  }

  return { peer, signal: stop.signal, fetch: watchedFetch, progress: watchdog.progress, explain, complete, close };
}

const notConnected = (peer: Peer, error: unknown): LlmError =>
  error instanceof OutboundError ? new LlmError("unreachable", error.message, false) : unreachable(peer, error, "connect");

function keepHeaders(given: RequestInit["headers"]): Headers {
  const all = new Headers(given);
  const kept = new Headers({ "user-agent": "everruns", "accept-encoding": "identity" });
  for (const name of sentHeaders) {
    const value = all.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}
