type Route = { method: string; path: string };

/** Which methods an address answers, for the `Allow` header of an answer 405. Asked only after no route was found. */
export function createAllowedMethods(routes: readonly Route[]) {
  const patterns = routes.map(({ method, path }) => ({
    method,
    isWild: path.endsWith("*"),
    pattern: new RegExp(`^${path.replace(/:[^/]+/g, "[^/]+").replace(/\*$/, ".+")}/?$`),
  }));
  return {
    /** Sorted; empty where nothing stands. An address of its own wins over one that takes any path. */
    of(pathname: string): string[] {
      const fitting = patterns.filter(({ pattern }) => pattern.test(pathname));
      const named = fitting.filter(({ isWild }) => !isWild);
      const methods = new Set((named.length > 0 ? named : fitting).map(({ method }) => method));
      if (methods.has("GET")) methods.add("HEAD");
      if (methods.size > 0) methods.add("OPTIONS");
      return [...methods].sort();
    },
  };
}
