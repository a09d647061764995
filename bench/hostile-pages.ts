const SIZE = 9_000_000;
const filled = (piece: string): string => piece.repeat(Math.floor(SIZE / piece.length));

/** A gigabyte of nothing, packed. */
const packed = (): Uint8Array<ArrayBuffer> => Bun.gzipSync(new Uint8Array(1_000_000_000), { level: 9 });

const PAGES: Record<string, () => Response | Promise<Response>> = {
  "nested without end": () => html(filled("<div>")),
  "a table in a table": () => html(filled("<table><tr><td>")),
  "tags alone": () => html(filled("<a>")),
  "never a tag closed": () => html(filled("<a <b ")),
  "white space": () => html(filled(" \n\t")),
  "links alone": () => html(filled('<a href="/x">y</a> ')),
  "plain text of 9 MB": () => new Response(filled("words "), { headers: { "content-type": "text/plain" } }),
  "unpacks without end": () => new Response(packed(), { headers: { "content-type": "text/html", "content-encoding": "gzip" } }),
};

const html = (body: string): Response => new Response(body, { headers: { "content-type": "text/html" } });

const port = 18_080 + Math.floor(Math.random() * 1000);

/** Pages that are made to hold a reader up. */
export const hostilePages = Object.entries(PAGES).map(([name, answer]) => ({
  name,
  path: "/",
  env: { OUTBOUND_PRIVATE_HOSTS: `127.0.0.1:${port}` },
  start() {
    const server = Bun.serve({ port, hostname: "127.0.0.1", fetch: answer });
    return { url: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => void server.stop(true) };
  },
}));
