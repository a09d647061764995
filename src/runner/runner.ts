/** A wake-up: the session has, or may have, a turn to run. `isSuspect`: it may be what takes the server down, so nothing begins beside it. */
export type Job = { sessionId: string; isSuspect?: boolean };

/** Nothing is to be done for a session for so long, or until then if that is earlier: it gives its place to others meanwhile, and is woken. */
export type Rest = { forMs: number; until?: Promise<void> };

export type Place = {
  /** Aborts when the process goes away. */
  signal: AbortSignal;
  /** A suspect is cleared: others may begin. */
  clear(): void;
};

/** A session that rests when the process goes away is handled once more, with the signal aborted: to be handed over, not to be run. */
export type Handle = (job: Job, place: Place) => Promise<Rest | null>;

/**
 * Sees to it that whatever was submitted is handled at least once, and by one handler a session at a time.
 * Liveness only: that a handler which lost its session does no harm is the store's business, by its epoch.
 */
export type Runner = {
  readonly mode: "in_process";
  submit(job: Job): void;
  start(handle: Handle): void;
  /** Takes no more work and hands over what runs; resolves when all handlers have returned, or after `graceMs` milliseconds. */
  stop(graceMs: number): Promise<void>;
};

/** The process is going away: a handler stops where it is, and its turn is taken up by the next one. */
export class ShuttingDown extends Error {
  override readonly name = "ShuttingDown";
}
