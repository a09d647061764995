import { Database as Sqlite } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { findingsOf, isTooWide, SIZES } from "../support/axe";
import { openPage, scripted, startBrowser } from "../support/chromium";
import { type Server, serve } from "../support/executable";

const folder = mkdtempSync(join(tmpdir(), "everruns-ui-files-"));
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

type Session = { id: string; path: string };

async function newSession(): Promise<Session> {
  const agent = await server.createAgent({ capabilities: ["file_system", "sandbox"] });
  return server.createSession(agent.id, { title: "Files" });
}

const call = (name: string, args: object) => [{ call: [{ name, arguments: args }] }, { text: "Done." }];
const put = (session: Session, path: string, content: string, rest: object = {}) =>
  server.call("PUT", `${session.path}/fs${path.split("/").map(encodeURIComponent).join("/")}`, { content, ...rest });
const pathsOf = async (session: Session) =>
  (await server.get<{ items: { path: string }[] }>(`${session.path}/fs?recursive=true`)).body.items.map(({ path }) => path);

const panel = (page: Page) => page.getByRole("complementary", { name: "Files" });
const line = (page: Page, name: string | RegExp) => panel(page).getByRole("treeitem", { name });
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

test("what the agent writes, changes and deletes shows at once; a file is read in its colours, a picture as it is", async () => {
  const session = await newSession();
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}`);
  await button(page, "Show the files").click();
  await panel(page).getByText("There are no files yet").waitFor();

  await server.ask(session, scripted("Write", call("write_file", { path: "/src/app/main.ts", content: "export const five = 5;\n" })));
  await line(page, "src").click();
  await line(page, "app").click();
  await line(page, "main.ts").click();
  await panel(page).locator(".hljs-keyword").first().waitFor();
  expect(new URL(page.url()).search).toBe(`?files=true&file=${encodeURIComponent("/src/app/main.ts")}`);

  await server.ask(session, scripted("Again", call("write_file", { path: "/src/app/main.ts", content: "export const six = 6;\n" })));
  await panel(page).getByText("six").waitFor();
  await put(session, "/notes.md", "# A heading\n\nSome **words**.");
  await put(session, "/pixel.bin", PIXEL, { encoding: "base64" });
  await put(session, "/noise.bin", "AAEC", { encoding: "base64", is_readonly: true });
  await server.ask(session, scripted("Away", call("delete_file", { path: "/src/app/main.ts" })));
  await panel(page).getByText("This file is not here").waitFor();
  await panel(page).getByRole("button", { name: "All files" }).last().click();
  await line(page, "main.ts").waitFor({ state: "detached" });

  await line(page, /notes\.md/).click();
  await panel(page).getByRole("heading", { name: "A heading" }).waitFor();
  await panel(page).getByText("Source").click();
  await panel(page).getByText("Some **words**.").waitFor();
  await page.reload();
  await panel(page).getByRole("heading", { name: "A heading" }).waitFor();
  await button(page, "All files").first().click();
  await line(page, /pixel\.bin/).click();
  const picture = panel(page).getByRole("img", { name: "pixel.bin" });
  expect(await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(1);
  await button(page, "All files").first().click();
  await line(page, /noise\.bin.*read-only/).click();
  await panel(page).getByText("This is no text").waitFor();
  await panel(page).getByText("Read-only", { exact: true }).waitFor();

  // By the keyboard alone.
  await button(page, "All files").first().click();
  await panel(page).getByRole("tree").focus();
  for (const key of ["Home", "ArrowRight"]) await page.keyboard.press(key);
  await line(page, "app").waitFor();
  await page.keyboard.press("ArrowRight");
  expect(await line(page, "app").getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("ArrowLeft");
  expect(await line(page, "src").getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await picture.waitFor();
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 60_000);

test("a person uploads, replaces after a question, makes folders, moves, protects, downloads and deletes", async () => {
  const session = await newSession();
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}?files=true`);
  const upload = (...files: { name: string; mimeType: string; buffer: Buffer }[]) =>
    panel(page).locator("input[type=file]").setInputFiles(files);
  const file = (name: string, text: string) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  await panel(page).getByText("There are no files yet").waitFor();
  await upload(file("a.json", '{"one":1}'), file("b c#?%.txt", "b"));
  await line(page, /a\.json/).waitFor();
  await upload(file("a.json", '{"two":2}'));
  await page.getByRole("dialog", { name: "Replace a.json?" }).getByRole("button", { name: "Replace" }).click();
  await page.getByText("1 file is uploaded.").waitFor();
  expect((await server.get<{ content: string }>(`${session.path}/fs/a.json`)).body.content).toBe('{"two":2}');
  await upload(file("large.bin", "x".repeat(10 * 1024 * 1024 + 1)));
  await panel(page)
    .getByRole("alert")
    .getByText(/^large\.bin: .*10 MiB/)
    .waitFor();

  await button(page, "New folder").click();
  await page.getByLabel("Name").fill("../out");
  await button(page, "Make the folder").click();
  await page.getByText(/must not have \. or \.\./).waitFor();
  await page.getByLabel("Name").fill("reports");
  await button(page, "Make the folder").click();
  await line(page, "reports").waitFor();
  // Onto a folder, as a hand does.
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(["month,sum\n"], "sums.csv", { type: "text/csv" }));
    return data;
  });
  await line(page, "reports").dispatchEvent("drop", { dataTransfer: dropped });
  await page.getByText("1 file is uploaded.").waitFor();
  await line(page, "reports").click();
  await line(page, /sums\.csv/).click();

  await button(page, "More for sums.csv").click();
  await page.getByRole("menuitem", { name: "Make read-only" }).click();
  await panel(page).getByText("Read-only", { exact: true }).waitFor();
  await button(page, "More for sums.csv").click();
  await page.getByRole("menuitem", { name: "Let agents change it" }).click();
  await panel(page).getByText("Read-only", { exact: true }).waitFor({ state: "detached" });
  await button(page, "More for sums.csv").click();
  await page.getByRole("menuitem", { name: "Rename or move" }).click();
  await page.getByLabel("Path").fill("/old/2026/sums.csv");
  await button(page, "Move").last().click();
  await page.waitForURL((url) => url.searchParams.get("file") === "/old/2026/sums.csv");
  await panel(page).getByText("month,sum").waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Download").click()]);
  expect([download.suggestedFilename(), await Bun.file((await download.path())!).text()]).toEqual(["sums.csv", "month,sum\n"]);
  await button(page, "All files").first().click();

  await line(page, "reports").click();
  await button(page, "More for reports").click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await line(page, "reports").waitFor({ state: "detached" });
  expect(await pathsOf(session)).toEqual(["/a.json", "/b c#?%.txt", "/old", "/old/2026", "/old/2026/sums.csv"]);
  await line(page, /b c#\?%\.txt/).click();
  await panel(page).getByText("b", { exact: true }).waitFor();
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 60_000);

test("nothing in a file, and nothing that it is called, runs or fetches", async () => {
  const session = await newSession();
  const hostile = `<script>window.isOwned = true</script><img src="https://stranger.example/x" onerror="window.isOwned = true"><iframe srcdoc="<script>parent.isOwned=true</script>"></iframe>`;
  const named: [name: string, content: string, encoding?: string][] = [
    [`<img src=x onerror="window.isOwned = true">.html`, hostile],
    [
      "picture.svg",
      `<svg xmlns="http://www.w3.org/2000/svg" onload="window.isOwned=true"><image href="https://stranger.example/y"/></svg>`,
    ],
    ["read.md", `${hostile}\n\n![leak](https://stranger.example/z.png)\n\n[press](javascript:window.isOwned=true)`],
    ["gnp\u202e\u200b.exe", hostile],
    ["fake.png", Buffer.from(`\u0000${hostile}`).toString("base64"), "base64"],
    ["broken.png", Buffer.from(`\x89PNG\r\n\x1a\n${hostile}`, "latin1").toString("base64"), "base64"],
    ["%2e%2e", "percent"],
    ["a?raw=true&b#c", "question"],
    ["javascript:alert(1)", hostile],
    ["long".repeat(60), "long"],
  ];
  for (const [name, content, encoding = "text"] of named) expect((await put(session, `/${name}`, content, { encoding })).status).toBe(201);
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}?files=true`);
  const lines = panel(page).getByRole("treeitem");
  await line(page, "read.md").waitFor();
  expect(await lines.count()).toBe(named.length);
  expect(await panel(page).getByRole("tree").textContent()).toContain("gnp⟨U+202E⟩⟨U+200B⟩.exe");
  for (let index = 0; index < named.length; index++) {
    await lines.nth(index).click();
    await panel(page).getByRole("region", { name: "Content" }).locator("pre, .prose, img, h2").first().waitFor();
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => document.querySelectorAll("aside :is(script, iframe, object, svg image, form)").length)).toBe(0);
    await button(page, "All files").first().click();
  }
  // A link that someone was sent must not make the page ask for something else than a file.
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${server.url}/sessions/${session.id}?files=true&file=${encodeURIComponent("/../../../api/auth/api-keys")}`);
  await panel(page).getByText("A path must not have . or .. in it").waitFor();
  expect(asked).not.toContain("/api/auth/api-keys");
  expect(await page.evaluate(() => "isOwned" in window)).toBe(false);
  expect(page.strangers).toEqual([]);
  expect(page.complaints).toEqual([]);
}, 60_000);

/** Puts copies of a file beside it, without the minutes that it takes to write them all. */
function multiply({ id }: Session, path: string, count: number): void {
  const database = new Sqlite(join(folder, "data/everruns.db"));
  database.run("PRAGMA busy_timeout = 5000");
  database.run(
    `with recursive number (n) as (select 1 union all select n + 1 from number where n < ? - 1)
     insert into files select session_id, substr(path, 1, length(path) - 5) || printf('%05d', n), since, until, lower(hex(randomblob(16))), parent,
       is_directory, is_readonly, size_bytes, hash, created_at, updated_at from files, number where session_id = ? and path = ?`,
    [count, id, path],
  );
  database.close();
}

test("ten thousand files in one folder are there without a stop", async () => {
  const session = await newSession();
  await put(session, "/many/f00000", "x");
  multiply(session, "/many/f00000", 10_000);
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}?files=true`);
  await line(page, "many").click();
  await line(page, "f00000").waitFor();
  expect(await line(page, "f00000").getAttribute("aria-setsize")).toBe("10000");
  await panel(page).getByRole("tree").focus();
  await page.keyboard.press("End");
  await line(page, "f09999").waitFor();
  // Only what is in sight is drawn.
  expect(await panel(page).getByRole("treeitem").count()).toBeLessThan(80);
  await page.keyboard.press("Enter");
  await panel(page).getByText("x", { exact: true }).waitFor();
  await button(page, "All files").first().click();
  await server.ask(session, scripted("One more", call("write_file", { path: "/many/f09999a", content: "y" })));
  await panel(page).getByRole("tree").focus();
  await page.keyboard.press("End");
  await line(page, "f09999a").waitFor();
  expect(page.complaints).toEqual([]);
}, 60_000);

test.each(Object.keys(SIZES))(
  "nobody stumbles over the files, %s",
  async (size) => {
    const session = await newSession();
    const path = `/a/${"Averylongwordwithoutanyplacetobreakit".repeat(6)}.ts`;
    await put(session, path, `const ${"long".repeat(100)} = 1;`, { is_readonly: true });
    await put(session, "/b.txt", "words");
    await using page = await openPage(browser, `${server.url}/sessions/${session.id}?files=true`, SIZES[size]);
    const found: Record<string, unknown> = {};
    const look = async (what: string) => {
      const findings = [...(await findingsOf(page)), ...((await isTooWide(page)) ? ["it can be pushed sideways"] : [])];
      if (findings.length > 0) found[what] = findings;
    };
    await line(page, "a").click();
    await line(page, /Averylong/).waitFor();
    await look("the tree");
    await button(page, "New folder").click();
    await look("a new folder");
    await page.keyboard.press("Escape");
    await line(page, /Averylong/).click();
    await panel(page).locator("pre").waitFor();
    await look("a file");
    await page.goto(`${server.url}/sessions/${session.id}?files=true&file=/gone`);
    await panel(page).getByText("This file is not here").waitFor();
    await look("a file that is gone");
    expect(found).toEqual({});
    expect(page.complaints).toEqual([]);
  },
  60_000,
);
