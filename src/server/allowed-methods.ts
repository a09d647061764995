type Route = { method: string; path: string };

/** Which methods an address answers, for the `Allow` header of an answer 405. Asked only after no route was found. */
export function createAllowedMethods(routes: readonly Route[]) {
  const patterns = routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replace(/:[^/]+/g, "[^/]+").replace(/\*$/, ".+")}/?$`),
  }));
  return {
    /** Sorted; empty where nothing stands. */
    of(pathname: string): string[] {
      const methods = new Set(patterns.filter(({ pattern }) => pattern.test(pathname)).map(({ method }) => method));
      if (methods.has("GET")) methods.add("HEAD");
      if (methods.size > 0) methods.add("OPTIONS");
      return [...methods].sort();
    },
  };
}
