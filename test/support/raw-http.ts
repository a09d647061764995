import { connect } from "node:net";

export type RawAnswer = { status: number; headers: Headers; body: string };

/** Sends bytes as they are, which no HTTP client would, and reads the answer until the server ends it or `ms` have passed. */
export async function rawHttp(url: string, bytes: string | Uint8Array, ms = 3000): Promise<RawAnswer> {
  const text = await exchange(Number(new URL(url).port), bytes, ms);
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
  return { status: Number(statusLine.split(" ")[1] ?? "0"), headers, body: rest.join("\r\n\r\n") };
}

function exchange(port: number, bytes: string | Uint8Array, ms: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, "127.0.0.1");
  let received = "";
  const timer = setTimeout(() => socket.destroy(), ms);
  socket.on("connect", () => socket.write(bytes));
  socket.on("data", (chunk) => (received += chunk.toString("utf8")));
  // A server that refuses a body may close before all of it was sent.
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(timer);
    resolve(received);
  });
  return promise;
}

/** The first lines of a request, of which the server closes the connection after its answer. */
export const head = (url: string, line: string, headers: Record<string, string> = {}): string => {
  const lines = Object.entries({ host: new URL(url).host, connection: "close", ...headers }).map(([name, value]) => `${name}: ${value}`);
  return `${[`${line} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`;
};
