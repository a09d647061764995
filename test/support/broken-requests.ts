import { head } from "./raw-http";

/** What is no HTTP, or too much of it, and how it is answered. */
export const brokenRequests = (url: string): [what: string, bytes: string, status: number][] => [
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two framings", head(url, "POST /v1/agents", { "content-length": "5", "transfer-encoding": "chunked" }), 400],
  ["a negative length", head(url, "POST /v1/agents", { "content-length": "-1" }), 400],
  ["another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["another protocol's greeting", "\u0016\u0003\u0001\u0002\u0000garbage\r\n\r\n", 400],
  ["a head without end", head(url, "GET /health", { "x-long": "a".repeat(40_000) }), 431],
  ["headers without end", `GET /health HTTP/1.1\r\nHost: localhost\r\n${"x: a\r\n".repeat(300)}\r\n`, 431],
  ["an address without end", head(url, `GET /${"a".repeat(20_000)}`), 431],
];
