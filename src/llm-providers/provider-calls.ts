import type { ProviderCalls } from "@/llm/llm";

/** Whoever was told to come may have been cancelled meanwhile: then the next is told, after so many milliseconds. */
const TELL_AGAIN_MS = 1000;

/** Bounds the calls at one provider, so that one which never answers leaves places for the sessions of the others. */
export function createProviderCalls(mostAtOnce: number): ProviderCalls {
  const waiting: (() => void)[] = [];
  let running = 0;
  let timer: Timer | undefined;

  function tell(): void {
    for (const resolve of waiting.splice(0, Math.max(0, mostAtOnce - running))) resolve();
    if (waiting.length === 0 || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      tell();
    }, TELL_AGAIN_MS);
    timer.unref();
  }

  return {
    enter() {
      if (running >= mostAtOnce) return null;
      running++;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        running--;
        tell();
      };
    },

    whenFree: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        tell();
      }),
  };
}
