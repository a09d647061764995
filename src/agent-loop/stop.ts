/** Why a turn's signal was aborted. Any other reason means that this process gives the turn up and another will go on with it. */
export class TurnCancelled extends Error {
  override readonly name = "TurnCancelled";
}

export class TurnTimedOut extends Error {
  override readonly name = "TurnTimedOut";
}

/** Waits until a moment (milliseconds since 1970), for `longestMs`, or until the signal aborts, whichever comes first. Never throws. */
export function waitUntil(moment: number, now: () => number, signal: AbortSignal, longestMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(longestMs, Math.max(0, moment - now())));
    signal.addEventListener("abort", done, { once: true });
  });
}
