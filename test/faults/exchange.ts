import type { Socket } from "node:net";
import type { Protocol } from "../support/llm-protocols";

/** One request, and the socket that its answer is written to by hand. */
export type Exchange = {
  protocol: Protocol;
  /** Counts the requests of one mode from 1. */
  nth: number;
  socket: Socket;
  /** Resolves when the socket is closed, by whichever side. */
  closed: Promise<void>;
  /** The provider has written all it wanted: the connection may stay open for the next request. */
  isAnswered: boolean;
};

/** Resolves once the bytes are on their way, or false when nobody takes them any more. */
export async function write({ socket, closed }: Exchange, bytes: string | Uint8Array): Promise<boolean> {
  if (socket.destroyed) return false;
  if (socket.write(bytes)) return true;
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  socket.once("drain", resolve);
  await Promise.race([drained, closed]);
  return !socket.destroyed;
}

/** A whole answer, after which the connection serves the next request. */
export async function answer(
  exchange: Exchange,
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array,
): Promise<void> {
  const bytes = Buffer.from(body);
  await write(exchange, head(status, { ...headers, "content-length": String(bytes.length) }));
  await write(exchange, bytes);
  exchange.isAnswered = true;
}

export const refuse = (exchange: Exchange, status: number, error: object, headers: Record<string, string> = {}): Promise<void> =>
  answer(exchange, status, { "content-type": "application/json", ...headers }, JSON.stringify({ type: "error", error }));

/** The head of a stream; its pieces follow with `piece`. */
export const beginStream = (exchange: Exchange, contentType = "text/event-stream"): Promise<boolean> =>
  write(exchange, head(200, { "content-type": contentType, "transfer-encoding": "chunked" }));

export function piece(exchange: Exchange, data: string | Uint8Array): Promise<boolean> {
  const bytes = Buffer.from(data);
  return write(exchange, Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]));
}

export async function endStream(exchange: Exchange): Promise<void> {
  await write(exchange, "0\r\n\r\n");
  exchange.isAnswered = true;
}

/** A whole stream, well behaved. */
export async function stream(exchange: Exchange, frames: readonly (string | Uint8Array)[]): Promise<void> {
  await beginStream(exchange);
  for (const frame of frames) if (!(await piece(exchange, frame))) return;
  await endStream(exchange);
}

/** Writes again and again until the other side has had enough. */
export async function writeWithoutEnd(exchange: Exchange, next: (count: number) => string | Uint8Array): Promise<void> {
  for (let count = 0; await piece(exchange, next(count)); count++) await new Promise((resolve) => setImmediate(resolve));
}

/** One byte every `everyMs` until the other side has had enough. */
export async function drip(exchange: Exchange, bytes: (at: number) => string, everyMs: number): Promise<void> {
  let at = 0;
  const timer = setInterval(() => exchange.socket.write(bytes(at++)), everyMs);
  await exchange.closed;
  clearInterval(timer);
}

export const head = (status: number, headers: Record<string, string>): string => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${[`HTTP/1.1 ${status} Whatever`, ...lines].join("\r\n")}\r\n\r\n`;
};
