import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { TestCertificate } from "./test-certificate";

export type TargetServer = Awaited<ReturnType<typeof targetServer>>;

/** What outbound calls are made to: it echoes, redirects, explodes and falls silent. It counts its connections. */
export async function targetServer({ key, certificate }: TestCertificate) {
  const asked: string[] = [];
  let connections = 0;
  let { promise: left, resolve: leave } = Promise.withResolvers<void>();

  const listener: RequestListener = async (request, response) => {
    asked.push(request.url ?? "");
    const url = new URL(request.url ?? "/", "http://x");
    const query = (name: string): string => url.searchParams.get(name) ?? "";
    switch (url.pathname) {
      case "/redirect":
        return response.writeHead(Number(query("status")), { location: query("to") }).end();
      case "/hops":
        return Number(query("left")) === 0
          ? response.end("arrived")
          : response.writeHead(302, { location: `/hops?left=${Number(query("left")) - 1}` }).end();
      case "/bytes":
        return response.end(Buffer.alloc(Number(query("count")), 65));
      case "/bomb":
        return explode(response, query("encoding"));
      case "/head":
        return response.writeHead(200, { "x-long": "a".repeat(Number(query("bytes"))) }).end();
      case "/silent":
        return;
      case "/half":
        request.socket.on("close", () => leave());
        return response.write("first half");
      default:
        return echo(request, response);
    }
  };

  const plain = createServer(listener).on("connection", () => connections++);
  const secure = createSecureServer({ key, cert: certificate }, listener).on("secureConnection", () => connections++);
  for (const server of [plain, secure]) {
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }

  return {
    port: (plain.address() as AddressInfo).port,
    securePort: (secure.address() as AddressInfo).port,
    asked,
    connections: () => connections,
    /** Resolves when a reader of `/half` has gone. */
    async left() {
      await left;
      ({ promise: left, resolve: leave } = Promise.withResolvers<void>());
    },
    stop() {
      for (const server of [plain, secure]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

async function echo(request: IncomingMessage, response: ServerResponse) {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { method, url, headers, socket } = request;
  response.end(
    JSON.stringify({ method, url, host: headers.host, headers, body, serverName: (socket as { servername?: string }).servername }),
  );
}

/** 8 MB in a few hundred bytes. */
function explode(response: ServerResponse, encoding: string) {
  response.writeHead(200, { "content-encoding": encoding });
  response.end(gzipSync(Buffer.alloc(8 * 1024 * 1024)));
}
