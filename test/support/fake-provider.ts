/** A provider that answers what a test tells it, over real HTTP, and says what it was asked and when its client went away. */
export type Asked = { path: string; headers: Headers; text: string; body: Record<string, unknown> };

export type Script = (asked: Asked) => Response | Promise<Response>;

export function fakeProvider(script: Script) {
  const asked: Asked[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const text = await request.text();
      const url = new URL(request.url);
      const entry = { path: url.pathname + url.search, headers: request.headers, text, body: text === "" ? {} : JSON.parse(text) };
      asked.push(entry);
      return script(entry);
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, asked, [Symbol.asyncDispose]: () => server.stop(true) };
}

export const eventStream = (body: BodyInit): Response => new Response(body, { headers: { "content-type": "text/event-stream" } });

/** A stream that a test writes by hand. `left` resolves when the client has closed its side. */
export function handWritten() {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const body = new ReadableStream<Uint8Array>({ start: begin, cancel: () => leave() });
  const encoder = new TextEncoder();
  return {
    body,
    left,
    write: async (text: string | Uint8Array) => (await begun).enqueue(typeof text === "string" ? encoder.encode(text) : text),
    end: async () => (await begun).close(),
  };
}

/** A server that takes a request, writes `bytes` and then drops the connection. */
export function droppingProvider(bytes: string, how: "reset" | "close") {
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket) {
        socket.write(bytes);
        socket.flush();
        if (how === "reset") socket.terminate();
        else socket.end();
      },
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, [Symbol.dispose]: () => server.stop(true) };
}
