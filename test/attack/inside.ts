/** This machine's own service that nothing may reach, and the pages of a stranger that lead to it. Both count what they are asked. */
export function startInside() {
  const reached: string[] = [];
  const secret = Bun.serve({
    port: 0,
    hostname: "0.0.0.0",
    fetch(request) {
      reached.push(request.url);
      return new Response("the secret of this machine");
    },
  });
  const stranger = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/redirect") return new Response(`a page at ${pathname}`);
      return new Response(null, { status: Number(searchParams.get("status") ?? 302), headers: { location: searchParams.get("to")! } });
    },
  });
  return {
    reached,
    port: secret.port!,
    /** Where the stranger's pages are, as the operator lists them. */
    pages: `127.0.0.1:${stranger.port}`,
    /** What an operator would have to list to let the secret out. */
    secretHosts: `127.0.0.1:${secret.port},localhost:${secret.port},127.0.0.1,localhost`,
    leadingTo: (address: string, status = 302): string =>
      `http://127.0.0.1:${stranger.port}/redirect?status=${status}&to=${encodeURIComponent(address)}`,
    stop: () => Promise.all([secret.stop(true), stranger.stop(true)]),
  };
}
