export type Malice = "much" | "deep" | "wide" | "tools" | "pages" | "pattern";

type Asked = { id?: number; method: string; params?: { cursor?: string } };

const MUCH = "x".repeat(20_000_000);
const DEEP = `${"[".repeat(1_500_000)}${"]".repeat(1_500_000)}`;
const WIDE = `[${Array.from({ length: 700_000 }, () => "{}").join(",")}]`;

/** Speaks the protocol by hand, for no SDK would say such things. */
export function hostileMcpServer(malice: Malice): { url: string; [Symbol.dispose](): void } {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      const { id, method, params } = (await request.json()) as Asked;
      if (id === undefined) return new Response(null, { status: 202 });
      return answer(malice, id, method, params?.cursor);
    },
  });
  return { url: `http://127.0.0.1:${server.port}/mcp`, [Symbol.dispose]: () => void server.stop(true) };
}

function answer(malice: Malice, id: number, method: string, cursor?: string): Response {
  const result = (json: string) =>
    new Response(`{"jsonrpc":"2.0","id":${id},"result":${json}}`, { headers: { "content-type": "application/json" } });
  if (method === "initialize")
    return result('{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"bad","version":"1"}}');
  if (method === "tools/list") return result(toolsOf(malice, cursor));
  if (malice === "much") return result(`{"content":[{"type":"text","text":"${MUCH}"}]}`);
  if (malice === "deep") return result(`{"content":[],"structuredContent":{"a":${DEEP}}}`);
  if (malice === "wide") return result(`{"content":[],"structuredContent":{"a":${WIDE}}}`);
  return result(`{"content":[{"type":"text","text":"ok"}],"structuredContent":{"a":"${"a".repeat(40)}!"}}`);
}

function toolsOf(malice: Malice, cursor = "0"): string {
  const tool = { name: "run", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } };
  const explodes = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } };
  if (malice === "pattern") return JSON.stringify({ tools: [{ ...tool, outputSchema: explodes, inputSchema: explodes }] });
  if (malice === "tools") return JSON.stringify({ tools: Array.from({ length: 30_000 }, (_, n) => ({ ...tool, name: `t${n}` })) });
  if (malice === "pages") return JSON.stringify({ tools: [], nextCursor: String(Number(cursor) + 1) });
  return JSON.stringify({ tools: [tool] });
}
