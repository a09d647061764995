import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { Agent } from "@/domain/agent";
import { lastAnswer, openPage, say, scripted, startBrowser } from "../support/chromium";
import { type Server, serve } from "../support/executable";

const folder = mkdtempSync(join(tmpdir(), "everruns-ui-"));
let browser: Browser;
let server: Server;
let agent: Agent;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), serve(folder)]);
  agent = await server.createAgent({ name: "Helper", capabilities: ["current_time", "test_math"] });
}, 60_000);
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A page at a new session. */
async function openChat(to: Server = server) {
  const session = await to.createSession(agent.id);
  return Object.assign(await openPage(browser, `${to.url}/sessions/${session.id}`), { session });
}

const slowly = (words: number, delayMs = 25) => ({
  text: Array.from({ length: words }, (_, index) => `word${index + 1}`).join(" "),
  delay_ms: delayMs,
});
const footers = /· [\d,]+ in \/ [\d,]+ out/;

test("words are shown as they come, with tools and reasoning; a reload shows the same", async () => {
  await using page = await openChat();
  const steps = [
    {
      reasoning: "Let me add these two.",
      call: [
        { name: "add", arguments: { a: 2, b: 3 } },
        { name: "divide", arguments: { a: 1, b: 0 } },
      ],
      delay_ms: 20,
    },
    {
      text: `Before the code.\n\n\`\`\`js\nconst five = 5;\n\`\`\`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n${slowly(40).text}`,
      delay_ms: 20,
    },
  ];
  await say(page, scripted("Add and tell", steps));
  await lastAnswer(page).getByText(/word3/).waitFor();
  expect(await page.getByRole("button", { name: "Stop" }).isVisible()).toBe(true);
  expect(
    await lastAnswer(page)
      .getByText(/word40/)
      .count(),
  ).toBe(0);
  await page.getByText(footers).waitFor();

  const check = async () => {
    await lastAnswer(page)
      .getByText(/word40/)
      .waitFor();
    const card = page.getByRole("region", { name: "Tool add" });
    expect(await card.textContent()).toMatch(/add[\s\S]*a: 2 {2}b: 3[\s\S]*\d+ ms/);
    await card.getByRole("button", { expanded: false }).click();
    expect(await card.textContent()).toContain('"result": 5');
    expect(await page.getByRole("region", { name: "Tool divide" }).textContent()).toContain("zero");
    expect(await page.getByRole("button", { name: /^(Thought|Thoughts)/ }).count()).toBe(1);
    expect(await page.getByRole("cell", { name: "2", exact: true }).count()).toBe(1);
    await page.locator(".hljs-keyword", { hasText: "const" }).waitFor();
  };
  await check();
  await page.reload();
  await check();
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 30_000);

test("Escape stops an answer and keeps what was said; it can be asked again", async () => {
  await using page = await openChat();
  await say(page, scripted("Count", [slowly(400)]));
  await lastAnswer(page).getByText(/word5/).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Stopped").waitFor();
  expect(await lastAnswer(page).getByText(/word5/).count()).toBe(1);
  expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Asked again").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped").nth(1).waitFor();
}, 30_000);

test("a failure is said in the provider's words, and tried again at a press", async () => {
  await using page = await openChat();
  const error = { code: "invalid_api_key", message: "This key was revoked on Tuesday.", times: 1, retryable: false };
  await say(page, scripted("Fail once", [{ error }, { text: "Now it works." }]));
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").textContent()).toContain("This key was revoked on Tuesday.");
  await page.getByRole("button", { name: "Try again" }).click();
  await lastAnswer(page).getByText("Now it works.").waitFor();
  await page.getByRole("button", { name: "Show the trace" }).click();
  const trace = page.getByRole("complementary", { name: "Trace" });
  await trace.getByText("This key was revoked on Tuesday.").first().waitFor();
  expect(await trace.getByRole("button", { name: /simulated-1/ }).count()).toBe(2);
}, 30_000);

test("messages that wait are shown, changed and taken back; the rest is answered in order", async () => {
  await using page = await openChat();
  await say(page, scripted("First", [slowly(60)]));
  await page.getByRole("button", { name: "Stop" }).waitFor();
  for (const text of ["second one", "third one", "fourth one"]) {
    await say(page, text);
    await page.getByRole("region", { name: "Queued messages" }).getByText(text).waitFor();
  }
  const row = (text: string) => page.getByRole("region", { name: "Queued messages" }).getByRole("listitem").filter({ hasText: text });
  await row("third one").getByRole("button", { name: "Take this message back" }).click();
  await row("third one").waitFor({ state: "detached" });
  await row("second one").getByRole("button", { name: "Change this message" }).click();
  await page.getByRole("textbox", { name: "Change the message" }).fill("second, changed");
  await page.keyboard.press("Enter");
  await row("second, changed").waitFor();
  const waiting = page.getByRole("region", { name: "Queued messages" }).getByRole("listitem");
  await waiting.first().filter({ hasText: "second, changed" }).waitFor();
  await page.getByText(footers).nth(2).waitFor();
  expect(await page.getByText("third one").count()).toBe(0);
  const asked = (await server.messages(page.session)).filter(({ role }) => role === "user").map(({ content }) => JSON.stringify(content));
  expect(asked.slice(1).map((text) => /second, changed|fourth one/.exec(text)?.[0])).toEqual(
    expect.arrayContaining(["second, changed", "fourth one"]),
  );
}, 30_000);

test("a restart of the server in mid-answer is seen through without a reload", async () => {
  const own = mkdtempSync(join(tmpdir(), "everruns-ui-restart-"));
  let first = await serve(own);
  const port = new URL(first.url).port;
  const helper = await first.createAgent();
  const session = await first.createSession(helper.id);
  await using page = await openPage(browser, `${first.url}/sessions/${session.id}`);
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  await say(page, scripted("Count on", [slowly(80, 30)]));
  await lastAnswer(page)
    .getByText(/word10/)
    .waitFor();
  await first.end("SIGKILL");
  first = await serve(own, { env: { PORT: port } });
  await lastAnswer(page)
    .getByText(/word80$/)
    .waitFor();
  await page.getByText(footers).waitFor();
  expect(
    await lastAnswer(page)
      .getByText(/word1 /)
      .count(),
  ).toBe(1);
  expect(await page.evaluate(() => "isSamePage" in window)).toBe(true);

  // A message that is sent while no server is there arrives once there is one.
  await first.end();
  await say(page, "Are you back?");
  first = await serve(own, { env: { PORT: port } });
  await page.getByText(footers).nth(1).waitFor();
  expect((await first.messages(session)).filter(({ role }) => role === "user")).toHaveLength(2);
  await first[Symbol.asyncDispose]();
  rmSync(own, { recursive: true, force: true });
}, 40_000);

test("a picture that is pasted is shown, sent and received by the model", async () => {
  await using page = await openChat();
  await page.getByRole("textbox", { name: "Message", exact: true }).focus();
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext("2d")!.fillRect(0, 0, 40, 30);
    const data = new DataTransfer();
    data.items.add(new File([await canvas.convertToBlob({ type: "image/png" })], "black.png", { type: "image/png" }));
    document.activeElement!.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.getByRole("list", { name: "Pictures to send" }).waitFor();
  await say(page, "What is this?");
  await page.getByText(/I received 1 image/).waitFor();
  expect(await page.getByRole("img", { name: "Sent, number 1" }).evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(40);
  expect(page.complaints).toEqual([]);
}, 30_000);

test("a chat gets another title, and is deleted", async () => {
  await using page = await openChat();
  await say(page, "Hello there");
  await page.getByText(footers).waitFor();
  await page.getByRole("button", { name: "More about this chat" }).click();
  await page.getByRole("menuitem", { name: "Change the title" }).click();
  await page.getByRole("textbox", { name: "Title of the chat" }).fill("A better title");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: /A better title/ }).waitFor();
  await page.getByRole("button", { name: "More about this chat" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("The chat is deleted.").waitFor();
  expect((await server.get(page.session.path)).status).toBe(404);
  expect(await page.getByRole("link", { name: /A better title/ }).count()).toBe(0);
}, 30_000);

test("a reader who scrolls up stays where they read", async () => {
  await using page = await openChat();
  await say(page, scripted("Long", [{ repeat: "A line of words that fills the page.\n\n", times: 200, delay_ms: 5 }]));
  await lastAnswer(page).getByText("A line of words that fills the page.").nth(60).waitFor();
  const place = page.getByRole("region", { name: "Conversation" });
  await place.hover();
  await page.mouse.wheel(0, -600);
  await page.getByRole("button", { name: "To the end of the conversation" }).waitFor();
  const top = await place.evaluate(({ scrollTop }) => scrollTop);
  await page.getByText(footers).waitFor({ state: "attached" });
  expect(Math.abs((await place.evaluate(({ scrollTop }) => scrollTop)) - top)).toBeLessThan(40);
}, 30_000);

test("the keyboard reaches everything: the list of keys, the palette, a new chat", async () => {
  await using page = await openChat();
  await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  await page.keyboard.press("Control+/");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await server.ask(page.session, scripted("Say it", [{ text: "The rarest word is xylograph." }]));
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("xylogr");
  await page.getByRole("option", { name: /^The rarest word is xylograph/ }).click();
  await page.waitForURL(/turn=/);
  await lastAnswer(page).getByText("The rarest word is xylograph.").waitFor();

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("helper");
  await page.getByRole("option", { name: "Helper" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What should be done?" }).waitFor();
  await say(page, "What is 6 times 7?");
  await lastAnswer(page).getByText("= 42.").waitFor();
  expect(page.url()).toContain("/sessions/");
}, 30_000);

test("an answered question is asked otherwise in a copy of the chat, and the chat stays as it was", async () => {
  await using page = await openChat();
  await say(page, "What is 6 times 7?");
  await lastAnswer(page).getByText(/42/).first().waitFor();
  await say(page, "And 2 plus 3?");
  await lastAnswer(page).getByText(/5/).first().waitFor();
  const origin = page.url();

  const edit = async (nth: number, text: string) => {
    const before = page.url();
    await page.getByRole("button", { name: "Edit" }).nth(nth).click();
    await page.getByRole("textbox", { name: "Change the message" }).fill(text);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.href !== before);
  };
  await page.getByRole("button", { name: "Fork" }).first().waitFor({ state: "attached" });
  await edit(1, "And 20 plus 30?");
  await lastAnswer(page).getByText(/50/).first().waitFor();
  expect(await page.getByText("And 2 plus 3?").count()).toBe(0);
  expect(await page.getByText("Up to here this is a copy of another chat.").count()).toBe(1);

  await edit(0, "What is 8 times 8?");
  await lastAnswer(page).getByText(/64/).first().waitFor();
  expect(await page.getByRole("article").count()).toBe(1);

  await page.goto(origin);
  await lastAnswer(page).getByText(/5/).first().waitFor();
  expect(await page.getByRole("article").count()).toBe(2);
}, 30_000);
