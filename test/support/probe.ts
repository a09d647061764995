/**
 * Asks a server the simplest question again and again, from a thread of its own: what an answer takes over its usual time is how long the
 * server's event loop was held.
 */
import { parentPort, workerData } from "node:worker_threads";

const EVERY_MS = 20;

for (;;) {
  const begun = performance.now();
  const status = await fetch(`${workerData}/health`).then(
    async (answer) => {
      await answer.text();
      return answer.status;
    },
    () => 0,
  );
  parentPort!.postMessage({ ms: performance.now() - begun, status });
  await Bun.sleep(EVERY_MS);
}
