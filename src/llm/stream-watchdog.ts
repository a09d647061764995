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
/** Longer than the longest line, and far more than any provider sends between two events: comments without end, or empty frames. */
const maxIdleBytes = 2 * maxLineBytes;
/** Readers work through a piece in one go: a larger one would keep everybody else waiting. */
const pieceBytes = 64 * 1024;
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
  let idleBytes = 0;

  const expectWithin = (ms: number, what: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => fail(new LlmError("timeout", `${peer.host} ${what} for ${ms / 1000} s.`, true)), ms);
  };

  return {
    expectFirstByte: () => expectWithin(firstByteMs, "did not answer"),

    rest: () => clearTimeout(timer),

    /** Something came of the bytes so far. */
    progress(): void {
      idleBytes = 0;
    },

    watch(body: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
      const reader = body.getReader();
      source = reader;
      let lineBytes = 0;
      let totalBytes = 0;
      let unread: Uint8Array = new Uint8Array();
      stop.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}), { once: true });

      /** Undefined at the end. */
      async function receive(): Promise<Uint8Array | undefined> {
        // The first byte is still awaited by the clock that the request started.
        if (totalBytes > 0) expectWithin(silenceMs, "was silent in the middle of its answer");
        const { done, value } = await reader.read().catch((error) => {
          throw stop.signal.aborted ? stop.signal.reason : fail(unreachable(peer, error, "stream"));
        });
        clearTimeout(timer);
        if (stop.signal.aborted) throw stop.signal.reason;
        if (done) return undefined;
        const lastLineEnd = value.lastIndexOf(10);
        lineBytes = lastLineEnd === -1 ? lineBytes + value.length : value.length - lastLineEnd - 1;
        totalBytes += value.length;
        idleBytes += value.length;
        if (lineBytes > maxLineBytes || totalBytes > maxBytes || idleBytes > maxIdleBytes)
          throw fail(badResponse(peer, "sent more than can be read.", false));
        return value;
      }

      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            if (unread.length > 0) await new Promise((resolve) => setImmediate(resolve));
            if (stop.signal.aborted) throw stop.signal.reason;
            const bytes = unread.length > 0 ? unread : await receive();
            if (bytes === undefined) return controller.close();
            unread = bytes.subarray(pieceBytes);
            controller.enqueue(bytes.subarray(0, pieceBytes));
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
