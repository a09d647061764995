import { type Handle, type Job, type Rest, type Runner, ShuttingDown } from "./runner";

/** So many sessions think at once; the others wait their turn in the order they came. Bounds memory and sockets. */
const MAX_RUNNING = 250;

const GOING_AWAY = "the server is shutting down";

type Entry = { control: AbortController; done: Promise<void>; wasWokenAgain: boolean };

/** Runs handlers in this process. What is queued here need not survive: the store knows every open turn, and a start submits them again. */
export function createInProcessRunner({ maxRunning = MAX_RUNNING }: { maxRunning?: number | undefined } = {}): Runner {
  const suspects = new Set<string>();
  const waiting = new Set<string>();
  const running = new Map<string, Entry>();
  const resting = new Map<string, Timer>();
  /** The suspect that runs and is not cleared yet: nothing begins beside it. */
  let onTrial: string | undefined;
  let handle: Handle | undefined;
  let isStopping = false;

  function pump(): void {
    if (!handle || isStopping || onTrial !== undefined) return;
    const [suspect] = suspects;
    if (suspect !== undefined) {
      suspects.delete(suspect);
      onTrial = suspect;
      begin(handle, { sessionId: suspect, isSuspect: true });
      return;
    }
    for (const sessionId of waiting) {
      if (running.size >= maxRunning) return;
      waiting.delete(sessionId);
      begin(handle, { sessionId });
    }
  }

  function begin(handle: Handle, job: Job): void {
    const { sessionId } = job;
    const entry: Entry = { control: new AbortController(), wasWokenAgain: false, done: Promise.resolve() };
    running.set(sessionId, entry);
    const clear = () => {
      if (onTrial !== sessionId) return;
      onTrial = undefined;
      pump();
    };
    entry.done = handle(job, { signal: entry.control.signal, clear })
      .then((rest) => {
        if (rest && isStopping) return handOver(sessionId);
        if (rest && !entry.wasWokenAgain) sleep(sessionId, rest);
      })
      .finally(() => {
        running.delete(sessionId);
        if (entry.wasWokenAgain) waiting.add(sessionId);
        clear();
        pump();
      });
  }

  function sleep(sessionId: string, { forMs, until }: Rest): void {
    const wake = () => submit({ sessionId });
    resting.set(sessionId, setTimeout(wake, forMs));
    void until?.then(wake);
  }

  async function handOver(sessionId: string): Promise<void> {
    clearTimeout(resting.get(sessionId));
    await handle?.({ sessionId }, { signal: AbortSignal.abort(new ShuttingDown(GOING_AWAY)), clear: () => {} });
  }

  function submit({ sessionId, isSuspect = false }: Job): void {
    if (isStopping) return;
    clearTimeout(resting.get(sessionId));
    resting.delete(sessionId);
    const entry = running.get(sessionId);
    if (entry) {
      entry.wasWokenAgain = true;
      return;
    }
    if (isSuspect) suspects.add(sessionId);
    else if (!suspects.has(sessionId)) waiting.add(sessionId);
    pump();
  }

  return {
    mode: "in_process",
    submit,
    start(given): void {
      handle = given;
      pump();
    },
    async stop(graceMs): Promise<void> {
      isStopping = true;
      for (const { control } of running.values()) control.abort(new ShuttingDown(GOING_AWAY));
      const handedOver = [...resting.keys()].map(handOver);
      let timer: Timer | undefined;
      const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
      await Promise.race([Promise.allSettled([...handedOver, ...[...running.values()].map(({ done }) => done)]), grace]);
      clearTimeout(timer);
    },
  };
}
