/** Work on one thing is done one after another; on different things, at once. */
export function createInTurn() {
  const last = new Map<string, Promise<unknown>>();
  let isOver = false;

  return {
    run<T>(id: string, work: () => Promise<T>): Promise<T> {
      if (isOver) return Promise.reject(new Error("The server is shutting down"));
      const done = (last.get(id) ?? Promise.resolve()).then(work, work);
      const settled = done
        .catch(() => {})
        .then(() => {
          if (last.get(id) === settled) last.delete(id);
        });
      last.set(id, settled);
      return done;
    },

    /** Takes nothing more, and resolves once all that was taken is done. */
    async end(): Promise<void> {
      isOver = true;
      await Promise.all(last.values());
    },
  };
}
