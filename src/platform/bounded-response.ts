import { OutboundError } from "./outbound-error";

export type Deadline = {
  /** Aborts at the end of the time, or with the caller's own signal. */
  signal: AbortSignal | undefined;
  /** The promise, unless the time ends first. */
  race<T>(promise: Promise<T>): Promise<T>;
  isTimed: boolean;
  /** Why the signal aborted; undefined while it has not. */
  reason(): unknown;
  end(): void;
};

/** A clock over the whole of one call. Without a time it only passes the caller's signal on. */
export function startDeadline(timeoutMs: number | undefined, given: AbortSignal | undefined): Deadline {
  const late = new AbortController();
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => late.abort(new OutboundError("timeout", `The answer took longer than ${timeoutMs / 1000} s.`)), timeoutMs);
  const signal = timer === undefined ? given : AbortSignal.any(given ? [given, late.signal] : [late.signal]);

  return {
    signal,
    isTimed: timer !== undefined,
    race: (promise) => (signal ? unlessAborted(promise, signal) : promise),
    reason: () => (signal?.aborted ? signal.reason : undefined),
    end: () => clearTimeout(timer),
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", onAbort));
}

/**
 * The answer under the address that it really came from, decompressed. Its body fails beyond `maxBytes`, which are counted after
 * decompression, and after the deadline.
 */
export function boundedResponse(given: Response, url: URL, maxBytes: number | undefined, deadline: Deadline): Response {
  const response = decompressed(given);
  const isBounded = maxBytes !== undefined || deadline.isTimed;
  const answer = isBounded && response.body !== null ? counted(response, maxBytes ?? Number.POSITIVE_INFINITY, deadline) : response;
  if (answer === response) deadline.end();
  return Object.defineProperty(answer, "url", { value: url.href });
}

/** Bun's own decompression unpacks a kilobyte of brotli or zstd into hundreds of megabytes before anyone can count them; this one waits for its reader. */
function decompressed(response: Response): Response {
  const encoding = (response.headers.get("content-encoding") ?? "").trim().toLowerCase();
  if (encoding === "" || encoding === "identity" || response.body === null) return response;
  if (encoding !== "gzip" && encoding !== "x-gzip") {
    void response.body.cancel();
    throw new OutboundError("bad_encoding", "The answer is compressed in a way that was not asked for.");
  }
  const headers = new Headers(response.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  const body = response.body.pipeThrough(new DecompressionStream("gzip"));
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}

function counted(response: Response, maxBytes: number, deadline: Deadline): Response {
  const reader = response.body!.getReader();
  let left = maxBytes;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await deadline.race(reader.read());
          if (done) {
            deadline.end();
            return controller.close();
          }
          left -= value.byteLength;
          if (left < 0) throw new OutboundError("too_large", `The answer is larger than ${maxBytes} bytes.`);
          controller.enqueue(value);
        } catch (error) {
          deadline.end();
          reader.cancel().catch(() => {});
          throw deadline.reason() ?? error;
        }
      },
      cancel(reason) {
        deadline.end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
}
