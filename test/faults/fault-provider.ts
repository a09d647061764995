import { createServer, type Socket } from "node:net";
import { type Protocol, protocols } from "../support/llm-protocols";
import { complaintsAboutRequest } from "./conversation-check";
import { type Exchange, stream } from "./exchange";
import { MODES, type Mode } from "./modes";

/** The three wire protocols, one each: the drivers for Azure and Ollama speak the same. */
export const FAULTY_PROTOCOLS: readonly Protocol[] = ["openai chat", "openai responses", "anthropic"].map(
  (name) => protocols.find((protocol) => protocol.name === name)!,
);

/** A message with these words is answered normally, whatever the mode. */
export const NORMALLY = "Please answer normally.";
export const WELL = "All is well.";

/** What the provider saw of one mode over one protocol. */
export type Seen = { exchanges: Exchange[]; bodies: string[]; complaints: string[] };

export type FaultProvider = Awaited<ReturnType<typeof startFaultProvider>>;

/** A provider on a bare socket. The model's name is the mode in which it fails; the path tells the protocol. */
export async function startFaultProvider(modes: readonly Mode[] = MODES) {
  const seen = new Map<string, Seen>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const closed = new Promise<void>((resolve) => socket.once("close", resolve));
    void closed.then(() => sockets.delete(socket));
    socket.on("error", () => {});
    readRequests(socket, (path, body) => {
      const { protocol, mode } = addresseeOf(modes, path, body);
      const of = seenOf(protocol, mode);
      const isNormal = body.includes(NORMALLY);
      const exchange: Exchange = { protocol, nth: of.exchanges.length + 1, socket, closed, isAnswered: false };
      if (!isNormal) of.exchanges.push(exchange);
      of.bodies.push(body);
      of.complaints.push(...complaintsAboutRequest(protocol, body));
      void (isNormal || exchange.nth > mode.times ? answerWell(exchange) : mode.says(exchange));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  function seenOf({ name }: Protocol, mode: Mode): Seen {
    const key = `${name}/${mode.name}`;
    const known = seen.get(key) ?? { exchanges: [], bodies: [], complaints: [] };
    seen.set(key, known);
    return known;
  }

  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    seen: seenOf,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const answerWell = (exchange: Exchange): Promise<void> =>
  stream(exchange, exchange.protocol.frames({ text: [WELL.slice(0, 4), WELL.slice(4)] }));

function addresseeOf(modes: readonly Mode[], path: string, body: string): { protocol: Protocol; mode: Mode } {
  const { model } = JSON.parse(body) as { model: string };
  return {
    protocol: FAULTY_PROTOCOLS.find((protocol) => protocol.path === path)!,
    mode: modes.find(({ name }) => name === model)!,
  };
}

/** Reads one request after the other; bodies are those of our own drivers, so their length is given. */
function readRequests(socket: Socket, onRequest: (path: string, body: string) => void): void {
  let received = Buffer.alloc(0);
  socket.on("data", (data) => {
    received = Buffer.concat([received, data as Buffer]);
    for (;;) {
      const headEnd = received.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const lines = received.subarray(0, headEnd).toString().split("\r\n");
      const length = Number(/^content-length: *(\d+)/im.exec(lines.join("\n"))?.[1] ?? "0");
      if (received.length < headEnd + 4 + length) return;
      const body = received.subarray(headEnd + 4, headEnd + 4 + length).toString();
      received = received.subarray(headEnd + 4 + length);
      onRequest(lines[0]!.split(" ")[1]!, body);
    }
  });
}
