import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openPage, scripted, startBrowser } from "../support/chromium";
import { type Server, serve } from "../support/executable";

const folder = mkdtempSync(join(tmpdir(), "everruns-ui-budgets-"));
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

const KB = 1000;

/** The page's own files that a browser has loaded, by address. */
const loaded = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.startsWith("/assets/")),
  );

async function sizeOf(paths: readonly string[], encoding: "gzip" | "br"): Promise<number> {
  const sizes = paths.map(async (path) => {
    const answer = await fetch(server.url + path, { headers: { "accept-encoding": encoding }, decompress: false } as RequestInit);
    return (await answer.bytes()).length;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

const scripts = (paths: readonly string[]) => paths.filter((path) => path.endsWith(".js"));

test("what is loaded before anything shows is small", async () => {
  const html = await (await fetch(server.url)).text();
  const first = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path!);
  expect(first.length).toBeGreaterThan(0);
  const static_ = new Set(first);
  for (const path of static_) {
    const code = await (await fetch(server.url + path)).text();
    for (const [, name] of code.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) static_.add(`/assets/${name}`);
  }
  expect(await sizeOf([...static_], "gzip")).toBeLessThan(170 * KB);
});

test("a chat is small, on the disk and on the wire", async () => {
  const agent = await server.createAgent();
  const session = await server.createSession(agent.id);
  await server.ask(session, scripted("Hello", [{ text: "A few plain words." }]));
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}`);
  await page.getByText(/ in \/ /).waitFor();
  await page.waitForLoadState("networkidle").catch(() => undefined);
  const files = [...new Set(await loaded(page))];
  expect(await sizeOf(scripts(files), "gzip")).toBeLessThan(260 * KB);
  expect(await sizeOf(files, "br")).toBeLessThan(240 * KB);

  // The fixed-width font and the colours of code come with the first code, and not before.
  await server.ask(session, scripted("Code", [{ text: "```js\nconst five = 5;\n```" }]));
  await page.locator(".hljs-keyword").waitFor();
  await page.evaluate(() => document.fonts.ready);
  expect(await sizeOf([...new Set(await loaded(page))], "br")).toBeLessThan(300 * KB);
  expect(page.strangers).toEqual([]);
}, 30_000);
