import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { z } from "zod";

type Guard = { issuer: string; isGood: (token: string, resource: string) => Promise<boolean> };

/** An MCP server over streamable HTTP, made with the protocol's own SDK. Its one tool can change while it runs. A guarded one asks for a token. */
export function startMcpServer(guard?: Guard) {
  const refused = new Set<string>();
  const seen: Headers[] = [];
  const called: unknown[] = [];
  let describes = "Says it louder";

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      seen.push(request.headers);
      const stopped = guard && (await stopAtDoor(request, guard));
      if (stopped) return stopped;
      const mcp = new McpServer({ name: "fake", version: "1.0.0" });
      mcp.registerTool(
        "shout",
        { description: describes, inputSchema: { words: z.string() }, annotations: { readOnlyHint: true } },
        async ({ words }) => {
          called.push(words);
          if (words === "fail") return { isError: true, content: [{ type: "text" as const, text: "I have lost my voice" }] };
          if (words === "hang") await new Promise(() => {});
          return { content: [{ type: "text" as const, text: words === "much" ? "x".repeat(1_000_000) : `${words.toUpperCase()}!` }] };
        },
      );
      const transport = new WebStandardStreamableHTTPServerTransport();
      await mcp.connect(transport);
      return transport.handleRequest(request);
    },
  });
  const url = `http://localhost:${server.port}/mcp`;
  const description = `http://localhost:${server.port}/.well-known/oauth-protected-resource/mcp`;

  async function stopAtDoor(request: Request, { issuer, isGood }: Guard): Promise<Response | undefined> {
    if (request.url.includes("/.well-known/oauth-protected-resource"))
      return Response.json({ resource: url, authorization_servers: [issuer], scopes_supported: ["tools:call"] });
    const token = request.headers.get("authorization")?.replace("Bearer ", "") ?? "";
    if (!refused.has(token) && (await isGood(token, url))) return undefined;
    return new Response(null, { status: 401, headers: { "www-authenticate": `Bearer resource_metadata="${description}"` } });
  }

  return {
    /** A token that was given out is good no more. */
    refuse: (token: string) => refused.add(token),
    guardedUrl: url,
    url: `http://127.0.0.1:${server.port}/mcp`,
    seen,
    called,
    change: (description: string) => {
      describes = description;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
