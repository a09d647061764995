type Asked = { id?: number; method: string; params?: { name?: string } };

/**
 * A service outside, as a page, as an API and as an MCP server. Whatever is asked of it for the first time gets no answer; what is asked again does. It
 * counts, and keeps the idempotency keys that it was sent.
 */
export function slowService() {
  const asked = new Map<string, (string | null)[]>();
  const waiting = new Map<string, () => void>();

  async function ask(what: string, key: string | null): Promise<void> {
    const before = asked.get(what) ?? [];
    asked.set(what, [...before, key]);
    waiting.get(what)?.();
    if (before.length === 0) await new Promise(() => {});
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/mcp") return answerMcp(request);
      await ask(pathname.slice(1), request.headers.get("idempotency-key"));
      return Response.json({ done: pathname });
    },
  });

  async function answerMcp(request: Request): Promise<Response> {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const { id, method, params } = (await request.json()) as Asked;
    if (id === undefined) return new Response(null, { status: 202 });
    const result = (value: object) => Response.json({ jsonrpc: "2.0", id, result: value });
    if (method === "initialize")
      return result({ protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "slow", version: "1" } });
    if (method === "tools/list") return result({ tools: TOOLS });
    await ask(`mcp-${params!.name}`, null);
    return result({ content: [{ type: "text", text: "done" }] });
  }

  return {
    host: `127.0.0.1:${server.port}`,
    url: `http://127.0.0.1:${server.port}`,
    times: (what: string): number => asked.get(what)?.length ?? 0,
    keys: (what: string): readonly (string | null)[] => asked.get(what) ?? [],
    /** Resolves once it was asked for this. */
    wasAsked: (what: string): Promise<void> =>
      asked.has(what) ? Promise.resolve() : new Promise((resolve) => void waiting.set(what, resolve)),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

const tool = (name: string, annotations: object) => ({ name, inputSchema: { type: "object" }, annotations });
const TOOLS = [tool("pure", { readOnlyHint: true }), tool("idempotent", { idempotentHint: true }), tool("unsafe", {})];
