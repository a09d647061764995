type Answer<Given extends unknown[]> = (...given: Given) => Promise<Response>;

/** Knows the requests that are being answered, so that a server which goes away lets them end. A stream counts until it has begun. */
export function createUnderWay() {
  const underWay = new Set<Promise<Response>>();

  return {
    watch:
      <Given extends unknown[]>(answer: Answer<Given>): Answer<Given> =>
      (...given) => {
        const response = answer(...given);
        underWay.add(response);
        void response.finally(() => underWay.delete(response));
        return response;
      },

    /** Resolves once all that are under way now have their answer, or after `graceMs`. */
    async end(graceMs: number): Promise<void> {
      let timer: Timer | undefined;
      const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
      await Promise.race([Promise.allSettled(underWay), grace]);
      clearTimeout(timer);
    },
  };
}
