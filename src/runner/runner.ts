/** A wake-up: the session has, or may have, a turn to run. */
export type Job = { sessionId: string };

export type Handle = (job: Job, signal: AbortSignal) => Promise<void>;

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
