import { Worker } from "node:worker_threads";

/** What requests took since the last time, in milliseconds, and how many were not answered with 200. */
export type Lags = { ms: number[]; failures: number };

export type LagProbe = { take(): Lags; [Symbol.asyncDispose](): Promise<void> };

/** Measures how long the server's event loop is held, while something else loads it. */
export function probeLag(url: string): LagProbe {
  const worker = new Worker(new URL("./probe.ts", import.meta.url), { workerData: url });
  let lags: Lags = { ms: [], failures: 0 };
  worker.on("message", ({ ms, status }: { ms: number; status: number }) => {
    lags.ms.push(ms);
    if (status !== 200) lags.failures++;
  });
  return {
    take() {
      const taken = lags;
      lags = { ms: [], failures: 0 };
      return taken;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
