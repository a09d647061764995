/** What a hint is about: something new in the log, or more of the message that is being written. */
export type Hint = "log" | "live" | "gone";

type Listener = (hint: Hint) => void;

export type EventBus = ReturnType<typeof createEventBus>;

/** Wakes whoever follows a session. A hint may be lost or repeated and carries nothing: the log is what is true. */
export function createEventBus() {
  const listeners = new Map<string, Set<Listener>>();
  const everywhere = new Set<(sessionId: string, hint: Hint) => void>();
  return {
    publish(sessionId: string, hint: Hint): void {
      for (const listener of everywhere) listener(sessionId, hint);
      for (const listener of listeners.get(sessionId) ?? []) listener(hint);
    },
    /** Hears of every session. */
    subscribeAll(listener: (sessionId: string, hint: Hint) => void): () => void {
      everywhere.add(listener);
      return () => void everywhere.delete(listener);
    },
    subscribe(sessionId: string, listener: Listener): () => void {
      const following = listeners.get(sessionId) ?? new Set();
      listeners.set(sessionId, following.add(listener));
      return () => {
        following.delete(listener);
        if (following.size === 0) listeners.delete(sessionId);
      };
    },
  };
}
