import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { lastAnswer, openPage, say, scripted, startBrowser } from "../support/chromium";
import { emptyFolder, type Server, serve } from "../support/executable";
import { flakyNetwork } from "../support/flaky-network";

const folder = emptyFolder();
let browser: Browser;
let server: Server;

const network = flakyNetwork();

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), serve(folder.path, { env: { AUTH_BASE_URL: network.url } })]);
  network.leadTo(server.url);
}, 60_000);
afterAll(async () => {
  await browser.close();
  network[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const openSession = async () => server.createSession((await server.createAgent()).id);
const footers = / in \/ /;
const answers = (page: Page) => page.getByRole("region", { name: "Answer" });

test("a second window follows what is written in the first, word by word, and each shows it once", async () => {
  const session = await openSession();
  const address = `${server.url}/sessions/${session.id}`;
  await using first = await openPage(browser, address);
  await using second = await openPage(browser, address);
  await second.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  const text = Array.from({ length: 60 }, (_, index) => `word${index + 1}`).join(" ");
  await say(first, scripted("Count", [{ reasoning: "I count.", text, delay_ms: 25 }]));
  await lastAnswer(second).getByText(/word3/).waitFor();
  expect(await second.getByText(footers).count()).toBe(0);
  await using third = await openPage(browser, address);
  for (const page of [first, second, third]) {
    await page.getByText(footers).waitFor();
    expect((await lastAnswer(page).textContent())!.match(/word60/g)).toHaveLength(1);
    expect(await answers(page).count()).toBe(1);
    // How long it thought is told by the log: all read the same.
    expect(await page.getByRole("button", { name: /^Thought for \d+ ms$/ }).count()).toBe(1);
  }
}, 30_000);

test("a stream that died while nobody looked, slept through, or when a message was sent, is opened anew; nothing is doubled", async () => {
  const session = await openSession();
  await using page = await openPage(browser, "about:blank");
  await page.clock.install();
  await page.goto(`${network.url}/sessions/${session.id}`);
  await say(page, "One");
  await page.getByText(footers).waitFor();

  network.freeze();
  await hide(page, true);
  await server.ask(session, scripted("Two", [{ text: "The second answer." }]));
  await page.clock.fastForward(10_000);
  expect(await answers(page).count()).toBe(1);
  await hide(page, false);
  await lastAnswer(page).getByText("The second answer.").waitFor();

  network.freeze();
  await server.ask(session, scripted("Three", [{ text: "The third answer." }]));
  await page.clock.fastForward(60_000);
  await lastAnswer(page).getByText("The third answer.").waitFor();

  network.freeze();
  await say(page, scripted("Four", [{ text: "The fourth answer." }]));
  await lastAnswer(page).getByText("The fourth answer.").waitFor();
  expect(await page.getByRole("article").count()).toBe(4);
  expect(await answers(page).allTextContents()).toEqual(
    ["", "The second answer.", "The third answer.", "The fourth answer."].map((text) => expect.stringContaining(text)),
  );
}, 30_000);

test("a lost connection is shown, and what was missed comes with the next one", async () => {
  const session = await openSession();
  await using page = await openPage(browser, `${network.url}/sessions/${session.id}`);
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("Still here");
  network.cut();
  await page.getByText("Connecting again…").waitFor();
  await server.ask(session, scripted("Meanwhile", [{ text: "Said while you were away." }]));
  network.mend();
  await lastAnswer(page).getByText("Said while you were away.").waitFor();
  await page.getByText("Connecting again…").waitFor({ state: "detached" });
  expect(await page.getByRole("textbox", { name: "Message", exact: true }).inputValue()).toBe("Still here");
}, 30_000);

/** As if another window had come before this one. */
const hide = (page: Page, isHidden: boolean): Promise<void> =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
