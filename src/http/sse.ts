/** One frame: `data` is a single line. Without an id a client does not move its place. */
export type Frame = { sequence: number | null; type: string; json: string };

const encoder = new TextEncoder();
const OPENING = encoder.encode("retry: 1000\n: connected\n\n");
const HEARTBEAT = encoder.encode(": still here\n\n");

/** Comments keep proxies from closing a stream that has nothing to say. Sent a little before the 8 seconds that clients are promised. */
const HEARTBEAT_MS = 7500;

/**
 * Server-sent events from a source that is pulled: the next batch is asked for when the client has taken the last,
 * so a slow client costs one batch. `end` is called once it is over, whoever ended it. Source: html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function sse(source: AsyncGenerator<Frame[]>, end: () => void, heartbeatMs = HEARTBEAT_MS): Response {
  let next: Promise<IteratorResult<Frame[]>> | undefined;
  let isOpened = false;

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isOpened) {
          isOpened = true;
          return controller.enqueue(OPENING);
        }
        next ??= source.next();
        const result = await within(next, heartbeatMs).catch((error) => {
          end();
          throw error;
        });
        if (result === "late") return controller.enqueue(HEARTBEAT);
        next = undefined;
        if (result.done) {
          end();
          return controller.close();
        }
        controller.enqueue(encoder.encode(result.value.map(toText).join("")));
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" },
  });
}

const toText = ({ sequence, type, json }: Frame): string =>
  `${sequence === null ? "" : `id: ${sequence}\n`}event: ${type}\ndata: ${json}\n\n`;

function within<T>(promise: Promise<T>, ms: number): Promise<T | "late"> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve("late"), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
