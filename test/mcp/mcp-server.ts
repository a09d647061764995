import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { z } from "zod";

/** An MCP server over streamable HTTP, made with the protocol's own SDK. Its one tool can change while it runs. */
export function startMcpServer() {
  const seen: Headers[] = [];
  const called: unknown[] = [];
  let describes = "Says it louder";

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      seen.push(request.headers);
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
  return {
    url: `http://127.0.0.1:${server.port}/mcp`,
    seen,
    called,
    change: (description: string) => {
      describes = description;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
