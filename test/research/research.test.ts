import { expect, test } from "bun:test";
import { callTools } from "../support/scripted";
import { testApp } from "../support/test-app";

/** A search engine and the pages that it finds, on one server. */
function fakeWeb() {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const { origin, pathname, searchParams } = new URL(request.url);
      if (pathname === "/search")
        return Response.json({
          results: [{ title: "Rates", url: `${origin}/rates`, content: `about ${searchParams.get("q")}` }],
        });
      return new Response("<title>Rates</title><main><p>The rate was 19 % in 2026.</p></main>", {
        headers: { "content-type": "text/html" },
      });
    },
  });
  return { host: `127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.stop(true) };
}

test("a question is searched, a page read, and what was found stays with the session", async () => {
  await using web = fakeWeb();
  await using app = await testApp({ env: { OUTBOUND_PRIVATE_HOSTS: web.host } });
  await app.call("PUT", "/v1/web-search", { engine: "searxng", base_url: `http://${web.host}` });
  const page = `http://${web.host}/rates`;
  const calls = [
    { name: "web_search", arguments: { query: "vat rate" } },
    { name: "read_page", arguments: { url: page } },
    { name: "take_note", arguments: { text: "The rate was 19 % in 2026.", source_url: page, source_title: "Rates" } },
    { name: "take_note", arguments: { text: "No other rate is named." } },
    { name: "read_notes", arguments: {} },
  ];
  const { session, ends } = await callTools(app, ["research"], calls);
  expect(ends.map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  expect(ends[0]!.result).toEqual({ query: "vat rate", results: [{ title: "Rates", url: page, snippet: "about vat rate" }] });
  expect(ends[1]!.result.content).toBe("The rate was 19 % in 2026.");
  expect(ends[3]!.result).toEqual({ note: 2, file: "/research/notes.md" });
  expect(ends[4]!.result.notes).toBe(
    `# Notes\n\n## Note 1\n\nSource: Rates, ${page}\n\nThe rate was 19 % in 2026.\n\n## Note 2\n\nNo other rate is named.\n`,
  );
  expect((await app.get<{ content: string }>(`${session.path}/fs/research/notes.md`)).body.content).toBe(String(ends[4]!.result.notes));
});

test("without an engine the model reads what has to be set, and can still read pages", async () => {
  await using web = fakeWeb();
  await using app = await testApp({ env: { OUTBOUND_PRIVATE_HOSTS: web.host } });
  const { ends } = await callTools(
    app,
    ["research"],
    [
      { name: "web_search", arguments: { query: "x" } },
      { name: "read_page", arguments: { url: `http://${web.host}/rates` } },
      { name: "read_notes", arguments: {} },
    ],
  );
  expect(ends[0]).toMatchObject({ status: "error", error: expect.stringContaining("PUT /v1/web-search") });
  expect(ends[1]!.status).toBe("ok");
  expect(ends[2]!.result).toEqual({ notes: "There are no notes yet." });
});
