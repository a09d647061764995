import { afterAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { callTools, type Ended } from "../support/scripted";
import { type TestApp, testApp } from "../support/test-app";

const HTML = { "content-type": "text/html; charset=utf-8" };
const ARTICLE = `<!doctype html><html><head><title> The  page </title><script>document.write("no")</script></head><body>
<nav><a href="/menu">Menu</a></nav><main><h1>Hello</h1><p>Some <b>bold</b> text, <a href="next?x=1">a link</a> and <a href="javascript:alert(1)">a bad one</a>.</p>
<table><tr><th>a</th><th>b|c</th></tr><tr><td>1</td><td>2</td></tr></table><pre><code>x = 1</code></pre><img src="i.png" alt="a picture"></main><footer>Foot</footer></body></html>`;

const PAGES: Record<string, () => Response> = {
  "/article": () => new Response(ARTICLE, { headers: { ...HTML, "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT" } }),
  "/latin": () => new Response(Buffer.from("<p>caf\xe9</p>", "latin1"), { headers: { "content-type": "text/html; charset=iso-8859-1" } }),
  "/meta": () =>
    new Response(Buffer.from('<meta charset="windows-1251"><p>\xcf\xf0\xe8\xe2\xe5\xf2</p>', "latin1"), {
      headers: { "content-type": "text/html" },
    }),
  "/file": () =>
    new Response(new Uint8Array([37, 80, 68, 70, 0]), {
      headers: { "content-type": "application/pdf", "content-disposition": 'attachment; filename="../../report.pdf"' },
    }),
  "/json": () => Response.json({ a: 1 }),
  "/long": () => new Response("word ".repeat(50_000), { headers: { "content-type": "text/plain" } }),
  "/gone": () => new Response("gone", { status: 410 }),
  "/deep": () => new Response(`${"<div>".repeat(100_000)}the words`, { headers: HTML }),
  "/tables": () => new Response(`${"<table><tr><td>".repeat(20_000)}the words`, { headers: HTML }),
  "/attributes": () => new Response(`<p ${"a ".repeat(2_000_000)}>the words`, { headers: HTML }),
  "/unclosed": () => new Response(`the words<script>${"<".repeat(1_000_000)}`, { headers: HTML }),
  "/bomb": () => new Response(gzipSync(Buffer.alloc(100_000_000)), { headers: { ...HTML, "content-encoding": "gzip" } }),
  "/inside": () => Response.redirect("http://127.0.0.1:1/secret", 302),
  "/metadata": () => Response.redirect("http://169.254.169.254/latest/meta-data/", 302),
};

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) => (PAGES[new URL(request.url).pathname] ?? PAGES["/gone"]!)(),
});
const here = `127.0.0.1:${server.port}`;
afterAll(() => server.stop(true));

async function fetched(app: TestApp, path: string, options: object = {}): Promise<Ended> {
  const url = path.startsWith("http") ? path : `http://${here}${path}`;
  return (await callTools(app, ["web_fetch"], [{ name: "web_fetch", arguments: { url, ...options } }])).ends[0]!;
}

const reading = () => testApp({ env: { OUTBOUND_PRIVATE_HOSTS: here } });

test("a page is read as Markdown, its main part alone, with links that lead somewhere", async () => {
  await using app = await reading();
  const { result } = await fetched(app, "/article");
  expect(result).toMatchObject({
    status_code: 200,
    format: "markdown",
    title: "The page",
    last_modified: "Wed, 21 Oct 2015 07:28:00 GMT",
    truncated: false,
  });
  expect(result.content).toBe(
    `# Hello\n\nSome **bold** text, [a link](http://${here}/next?x=1) and a bad one.\n\n| a | b\\|c |\n| --- | --- |\n| 1 | 2 |\n\n\`\`\`\nx = 1\n\`\`\`\n\n![a picture](http://${here}/i.png)`,
  );
  expect((await fetched(app, "/article", { as_text: true })).result.content).toStartWith("Hello\nSome bold text, a link");
  expect((await fetched(app, "/article", { as_markdown: false })).result).toMatchObject({ format: "raw", content: ARTICLE });
});

test.each([
  ["/latin", {}, { content: "café" }],
  ["/meta", {}, { content: "Привет" }],
  ["/json", {}, { format: "raw", content: '{"a":1}' }],
  ["/gone", {}, { status_code: 410, content: "gone" }],
  ["/file", {}, { content_type: "application/pdf", filename: "report.pdf", note: expect.stringContaining("not text") }],
  ["/article", { method: "HEAD" }, { status_code: 200, content_type: HTML["content-type"] }],
])("%s %p", async (path, options, expected) => {
  await using app = await reading();
  const { result } = await fetched(app, path, options);
  expect(result).toMatchObject(expected);
  if (path === "/file" || "method" in options) expect(result).not.toHaveProperty("content");
});

test("long text is cut off, and read on where it was", async () => {
  await using app = await reading();
  const first = (await fetched(app, "/long")).result;
  expect(first).toMatchObject({ truncated: true, note: "150000 more characters: call again with offset 100000" });
  expect((await fetched(app, "/long", { offset: 249_990 })).result).toMatchObject({ truncated: false, content: "word word " });
});

describe("a hostile page", () => {
  test.each(["/deep", "/tables", "/attributes", "/unclosed"])("%s is read all the same, or said to be too much", async (path) => {
    await using app = await reading();
    const { status, result } = await fetched(app, path);
    expect(status).toBe("ok");
    expect(result.content).toContain("the words");
  });

  test("a page that unpacks without end is cut off", async () => {
    await using app = await reading();
    expect(await fetched(app, "/bomb")).toMatchObject({ status: "error", error: expect.stringMatching(/larger|large/) });
  });
});

describe("an address that is not for everyone", () => {
  test.each([
    ["this machine", () => `http://${here}/article`],
    ["this machine by another name", () => `http://localhost:${server.port}/article`],
    ["this machine as a number", () => `http://2130706433:${server.port}/`],
    ["the metadata service", () => "http://169.254.169.254/latest/meta-data/"],
    ["another protocol", () => "file:///etc/passwd"],
    ["no address", () => "not an address"],
  ])("%s is not read", async (_, url) => {
    await using app = await testApp();
    const { status, error } = (await callTools(app, ["web_fetch"], [{ name: "web_fetch", arguments: { url: url() } }])).ends[0]!;
    expect(status).toBe("error");
    expect(error).not.toBe("An internal error occurred while executing the tool");
  });

  test.each(["/inside", "/metadata"])("%s: a page that is allowed does not lead to one that is not", async (path) => {
    await using app = await reading();
    expect(await fetched(app, path)).toMatchObject({ status: "error", error: expect.stringContaining("not allowed") });
  });
});
