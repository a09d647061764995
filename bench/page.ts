/**
 * How quick the page is in a browser, against the executable: `bun run build && bun run bench/page.ts`. Needs /usr/bin/chromium.
 *
 *   first      from starting the executable in an empty folder, through the first run, to the first words of an answer
 *   ready      an empty browser opens a chat: milliseconds until one can write
 *   replay     a session of 8,000 events: milliseconds from opening its page (files at hand) until its last answer shows
 *   streaming  while 19 kB of markdown stream in: the longest task, and how many took longer than 50 ms
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openPage, scripted, startBrowser } from "../test/support/chromium";
import { createClient } from "../test/support/client";
import { median, round } from "./measure";
import { startServer } from "./server";

const EVENTS = 8000;
const folder = mkdtempSync(join(tmpdir(), "everruns-bench-page-"));
const browser = await startBrowser();
const begun = performance.now();
const server = await startServer(resolve("dist/everruns"), folder);
try {
  const client = createClient(server.url);
  const first = await firstAnswerMs();
  const agent = await client.createAgent();
  const small = await client.createSession(agent.id);
  await client.ask(small, "Hello");
  const ready = await times(5, () => readyMs(browser, `${server.url}/sessions/${small.id}`));

  const large = await client.createSession(agent.id);
  let last = 0;
  while (last < EVENTS) {
    const { events } = await client.ask(
      large,
      scripted("Short", [{ text: `An answer in **markdown**, with \`code\` and a list:\n\n- one\n- two`, delay_ms: 0 }]),
    );
    last = events.at(-1)!.id!;
  }
  await using page = await openPage(browser, server.url);
  const replay = await times(5, () => writableMs(page, `${server.url}/sessions/${large.id}`));

  const streamed = await client.createSession(agent.id);
  await page.goto(`${server.url}/sessions/${streamed.id}`);
  await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  await page.evaluate(watchLongTasks);
  await client.ask(streamed, scripted("Long", [{ text: longAnswer(), delay_ms: 3 }]));
  await page.getByText(/ in \/ /).waitFor();
  const tasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
  console.log(
    JSON.stringify(
      {
        first_answer_ms: first,
        ready_ms: ready,
        replay_ms: replay,
        events: last,
        answer_bytes: longAnswer().length,
        long_tasks: tasks.length,
        longest_ms: round(Math.max(0, ...tasks)),
      },
      null,
      2,
    ),
  );
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** A script's way through the first run. The browser runs already: a person's does too. */
async function firstAnswerMs(): Promise<number> {
  await using page = await openPage(browser, server.url);
  await page.getByRole("button", { name: "Test and continue" }).click();
  await page.getByRole("button", { name: /^Assistant/ }).click();
  await page.getByRole("list", { name: "Suggestions" }).getByRole("button").first().click();
  await page.getByRole("region", { name: "Answer" }).locator(".prose").waitFor();
  return round(performance.now() - begun);
}

async function times(count: number, measure: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let index = 0; index < count; index++) all.push(await measure());
  return round(median(all));
}

async function readyMs(browser: Browser, url: string): Promise<number> {
  await using page = await openPage(browser, "about:blank");
  return await writableMs(page, url);
}

/** From asking for the page until one can write, by the page's own clock: what the script around it needs does not count. */
async function writableMs(page: Page, url: string): Promise<number> {
  await page.goto("about:blank");
  await page.addInitScript(noteWritable);
  await page.goto(url);
  const seen = await page.waitForFunction(() => (window as unknown as { writableAt?: number }).writableAt);
  return (await seen.jsonValue())!;
}

function noteWritable(): void {
  const observer = new MutationObserver(() => {
    if (!document.querySelector("textarea[aria-label=Message]")) return;
    observer.disconnect();
    // Painted, that is: the frame after the one in which it was drawn.
    requestAnimationFrame(() => requestAnimationFrame((writableAt) => Object.assign(window, { writableAt })));
  });
  observer.observe(document, { childList: true, subtree: true });
}

function watchLongTasks(): void {
  const tasks: number[] = [];
  Object.assign(window, { longTasks: tasks });
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ entryTypes: ["longtask"] });
}

/** Some 19 kB of all that models write: words, lists, tables, code. */
function longAnswer(): string {
  const section = (number: number) =>
    `## Part ${number}\n\nSome **words** that explain \`things\` at length, as models do, [with a link](https://example.com) here and there.\n\n- first point\n- second point\n  - and one below it\n\n| Name | Value |\n|---|---:|\n| one | ${number} |\n| two | ${number * 2} |\n\n\`\`\`ts\nexport function part${number}(value: number): number {\n  return value * ${number}; // as it was said\n}\n\`\`\`\n`;
  return Array.from({ length: 46 }, (_, index) => section(index + 1)).join("\n");
}
