import { type Handle, type Job, type Runner, ShuttingDown } from "./runner";

/** So many sessions think at once; the others wait their turn in the order they came. Bounds memory and sockets. */
const MAX_RUNNING = 200;

/** Runs handlers in this process. What is queued here need not survive: the store knows every open turn, and a start submits them again. */
export function createInProcessRunner({ maxRunning = MAX_RUNNING }: { maxRunning?: number } = {}): Runner {
  const waiting = new Set<string>();
  const running = new Map<string, { control: AbortController; done: Promise<void>; wasWokenAgain: boolean }>();
  let handle: Handle | undefined;
  let isStopping = false;

  function pump(): void {
    if (!handle || isStopping) return;
    for (const sessionId of waiting) {
      if (running.size >= maxRunning) return;
      waiting.delete(sessionId);
      begin(handle, sessionId);
    }
  }

  function begin(handle: Handle, sessionId: string): void {
    const control = new AbortController();
    const entry = { control, wasWokenAgain: false, done: Promise.resolve() };
    running.set(sessionId, entry);
    entry.done = handle({ sessionId }, control.signal).finally(() => {
      running.delete(sessionId);
      if (entry.wasWokenAgain) waiting.add(sessionId);
      pump();
    });
  }

  return {
    mode: "in_process",
    submit({ sessionId }: Job): void {
      const entry = running.get(sessionId);
      if (entry) {
        entry.wasWokenAgain = true;
        return;
      }
      waiting.add(sessionId);
      pump();
    },
    start(given): void {
      handle = given;
      pump();
    },
    async stop(graceMs): Promise<void> {
      isStopping = true;
      for (const { control } of running.values()) control.abort(new ShuttingDown("the server is shutting down"));
      let timer: Timer | undefined;
      const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
      await Promise.race([Promise.allSettled([...running.values()].map(({ done }) => done)), grace]);
      clearTimeout(timer);
    },
  };
}
