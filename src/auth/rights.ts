type Listener = () => void;

export type Rights = ReturnType<typeof createRights>;

/** Tells whoever holds something open for a user, such as an event stream, that the user's rights may be others now. It carries no rights itself. */
export function createRights() {
  const listeners = new Map<string, Set<Listener>>();
  return {
    /** Called after the commit of whatever a user's rights depend on. */
    changed(userId: string): void {
      for (const listener of [...(listeners.get(userId) ?? [])]) listener();
    },
    subscribe(userId: string, listener: Listener): () => void {
      const holding = listeners.get(userId) ?? new Set();
      listeners.set(userId, holding.add(listener));
      return () => {
        holding.delete(listener);
        if (holding.size === 0) listeners.delete(userId);
      };
    },
  };
}
