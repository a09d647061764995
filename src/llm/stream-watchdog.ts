import { LlmError } from "./llm";
import { badResponse, type Peer, unreachable } from "./provider-errors";

export type Patience = {
  /** Milliseconds from the request until the first byte of the answer. */
  firstByteMs: number;
  /** Milliseconds between two pieces of the answer. */
  silenceMs: number;
};

/** A longer line than this is no event of any provider, and would be searched again and again for its end. */
const maxLineBytes = 8 * 1024 * 1024;
/** How long a complete answer may take to close. */
const lingerMs = 1000;

/**
 * Watches the bytes of one answer: SDKs' own timeouts end where the body begins. `fail` is told what went wrong, once, and stops the
 * exchange. The clock runs only while a byte is asked for: a listener that takes its time is not the provider's silence.
 */
export function createWatchdog(
  peer: Peer,
  { firstByteMs, silenceMs }: Patience,
  stop: AbortController,
  fail: (error: LlmError) => LlmError,
) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: ReadableStreamDefaultReader<Uint8Array> | undefined;

  const expectWithin = (ms: number, what: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => fail(new LlmError("timeout", `${peer.host} ${what} for ${ms / 1000} s.`, true)), ms);
  };

  return {
    expectFirstByte: () => expectWithin(firstByteMs, "did not answer"),

    rest: () => clearTimeout(timer),

    watch(body: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
      const reader = body.getReader();
      source = reader;
      let lineBytes = 0;
      let totalBytes = 0;
      stop.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}), { once: true });
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            // The first byte is still awaited by the clock that the request started.
            if (totalBytes > 0) expectWithin(silenceMs, "was silent in the middle of its answer");
            const { done, value } = await reader.read().catch((error) => {
              throw stop.signal.aborted ? stop.signal.reason : fail(unreachable(peer, error, "stream"));
            });
            clearTimeout(timer);
            if (stop.signal.aborted) throw stop.signal.reason;
            if (done) return controller.close();
            const lastLineEnd = value.lastIndexOf(10);
            lineBytes = lastLineEnd === -1 ? lineBytes + value.length : value.length - lastLineEnd - 1;
            totalBytes += value.length;
            if (lineBytes > maxLineBytes || totalBytes > maxBytes) throw fail(badResponse(peer, "sent more than can be read.", false));
            controller.enqueue(value);
          },
        },
        { highWaterMark: 0 },
      );
    },

    /** SDKs stop reading at the last event, an instant before the body's end; a connection that is read to its end serves the next call. */
    async readToEnd(): Promise<void> {
      const linger = setTimeout(() => stop.abort(), lingerMs);
      linger.unref();
      try {
        while (source && !(await source.read()).done);
      } catch {
        // The answer is complete: how its connection ends does not matter.
      }
      clearTimeout(linger);
      stop.abort();
    },
  };
}
