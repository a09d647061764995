import { readStream } from "../support/client";
import type { Random } from "./random";
import type { ServerProcess } from "./server-process";

/** An event as a reader got it; of its data only the hash is held. */
export type Seen = { sequence: number; type: string; hash: string };

export type Reader = { seen: readonly Seen[]; connections: number; lastSequence(): number; stop(): Promise<void> };

type Options = {
  server: ServerProcess;
  path: string;
  random: Random;
  onEvent: (type: string) => void;
  /** Breaks the rule under test: where it lost its connection is forgotten, and it goes on from where the log ends by then. */
  resumesFromTail: boolean;
};

export const hashOf = (data: unknown): string => Bun.hash(JSON.stringify(data)).toString(36);

/** Follows a session as a browser would, over every restart; now and then it goes away on its own. */
export function followLog({ server, path, random, onEvent, resumesFromTail }: Options): Reader {
  const seen: Seen[] = [];
  const stopped = new AbortController();
  const reader = { connections: 0 };
  const lastSequence = () => seen.at(-1)?.sequence ?? 0;

  async function connect(): Promise<void> {
    const url = await orStopped(server.url(), stopped.signal);
    if (url === undefined) return;
    const left = new AbortController();
    const after = resumesFromTail && reader.connections > 0 ? await lengthOf(url + path) : lastSequence();
    const response = await fetch(`${url}${path}/events`, {
      headers: after === 0 ? {} : { "last-event-id": String(after) },
      signal: AbortSignal.any([left.signal, stopped.signal]),
    });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    reader.connections++;
    let framesLeft = random.chance(0.5) ? random.between(1, 60) : Number.POSITIVE_INFINITY;
    for await (const { id, type, data } of readStream(response)) {
      if (id !== null) seen.push({ sequence: id, type, hash: hashOf(data) });
      onEvent(type);
      if (--framesLeft <= 0) break;
    }
    left.abort();
  }

  async function follow(): Promise<void> {
    while (!stopped.signal.aborted) {
      await connect().catch(() => {});
      await Bun.sleep(random.between(0, 20));
    }
  }

  const done = follow();
  return {
    seen,
    get connections() {
      return reader.connections;
    },
    lastSequence,
    stop() {
      stopped.abort();
      return done;
    },
  };
}

async function lengthOf(session: string): Promise<number> {
  const answer = await fetch(`${session}/events/list?limit=1`);
  return ((await answer.json()) as { total: number }).total;
}

function orStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  const { promise: stop, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener("abort", () => resolve(undefined), { once: true });
  return Promise.race([promise, stop]);
}
