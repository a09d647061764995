import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { LlmProvider } from "@/domain/llm-provider";
import { isTooWide } from "../support/axe";
import { lastAnswer, openPage, say, scripted, startBrowser } from "../support/chromium";
import { emptyFolder, type Server, serve } from "../support/executable";

const folder = emptyFolder();
let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), serve(folder.path)]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const footers = / in \/ /;

/** Lets a file go over the page, outside of where one writes. */
const drop = (page: Page, name: string, text: string): Promise<void> =>
  page.evaluate(
    ([fileName, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content!], fileName!));
      for (const type of ["dragover", "drop"])
        document.querySelector("main")!.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, text],
  );

test("files that are dropped go to the session under free names, the agent is told, and an edited message keeps them", async () => {
  const { id } = await server.createAgent({ capabilities: ["file_system"] });
  await using page = await openPage(browser, `${server.url}/?agent=${id}`);
  await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  for (const text of ["first", "second", "third"]) await drop(page, "my data.csv", text);
  await page.getByRole("button", { name: "Remove my data.csv" }).nth(1).click();
  await say(page, scripted("Read it", [{ call: [{ name: "read_file", arguments: { path: "/my data-2.csv" } }] }, { text: "I read it." }]));
  await lastAnswer(page).getByText("I read it.").waitFor();
  expect(await page.getByRole("region", { name: "Tool read_file" }).getByRole("button").first().textContent()).toContain("my data-2.csv");
  const files = page.getByRole("list", { name: "Files given" }).getByRole("link");
  const [download] = await Promise.all([page.waitForEvent("download"), files.nth(1).click()]);
  expect(await Bun.file(await download.path()).text()).toBe("third");
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Read it");

  const before = page.url();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "Change the message" }).fill("What did I give you?");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.href !== before);
  await lastAnswer(page).getByText("my data-2.csv").waitFor();
  expect(await files.allTextContents()).toEqual(["my data.csv", "my data-2.csv"]);
  expect(page.complaints).toEqual([]);
}, 30_000);

test("where the agent can read no files, that is said and the page stays", async () => {
  const { id } = await server.createAgent({ name: "Talker" });
  await using page = await openPage(browser, `${server.url}/?agent=${id}`);
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("Kept");
  await drop(page, "notes.txt", "text");
  await page.getByText("Talker can only look at pictures.").waitFor();
  expect(await page.getByRole("textbox", { name: "Message", exact: true }).inputValue()).toBe("Kept");
}, 30_000);

test("another agent that was asked is a chat of its own, linked both ways", async () => {
  const other = await server.createAgent({ name: "Specialist" });
  const tools = [{ type: "agent", agent_id: other.id, name: "ask_specialist", description: "Knows" }];
  const session = await server.createSession((await server.createAgent({ tools })).id);
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}`);
  await say(page, scripted("Ask", [{ call: [{ name: "ask_specialist", arguments: { message: "Who are you?" } }] }, { text: "Asked." }]));
  await lastAnswer(page).getByText("Asked.").waitFor();
  await page.getByRole("link", { name: "Open the other agent's chat" }).click();
  await page.getByText("Who are you?", { exact: true }).waitFor();
  await page.getByRole("link", { name: "another agent" }).click();
  await page.waitForURL(`**/sessions/${session.id}`);
}, 30_000);

test("that another model had to answer stays to be read, with why", async () => {
  const [provider] = (await server.get<LlmProvider[]>("/v1/llm-providers")).body;
  const model = (model_id: string) =>
    server.post<{ id: string }>(`/v1/llm-providers/${provider!.id}/models`, { model_id, display_name: model_id });
  const [weak, strong] = [(await model("weak")).body, (await model("strong")).body];
  const agent = await server.createAgent({ default_model_id: weak.id, fallback_model_id: strong.id });
  const session = await server.createSession(agent.id);
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}`);
  const error = { code: "invalid_api_key", message: "This key has ended.", times: 1, retryable: false };
  await say(page, scripted("Try", [{ error }, { text: "Here I am." }]));
  await lastAnswer(page).getByText("Here I am.").waitFor();
  const check = async () => {
    await lastAnswer(page).getByText("weak could not answer; strong went on.").waitFor();
    await lastAnswer(page).getByRole("button", { name: "More" }).click();
    await lastAnswer(page).getByText("This key has ended.").waitFor();
  };
  await check();
  await page.reload();
  await check();
}, 30_000);

test("a long question is folded, formulas stay as they were written, and what a tool is given can be read", async () => {
  const agent = await server.createAgent({ capabilities: ["file_system"] });
  const session = await server.createSession(agent.id);
  const written = { name: "write_file", arguments: { path: "/a.md", content: "# One\n\n- two\n" } };
  const text = "So $a_1 * b_1 * c$ and \\(x\\_2\\), for $5 and $10:\n\n$$\n\\frac{a}{b}\n$$";
  await server.ask(session, scripted(`Long\n${"line\n".repeat(60)}`, [{ call: [written] }, { text }]));
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}`);
  await lastAnswer(page).getByText("So $a_1 * b_1 * c$ and \\(x\\_2\\), for $5 and $10:").waitFor();
  expect(await lastAnswer(page).getByRole("region", { name: "Code in latex" }).textContent()).toBe("\\frac{a}{b}");
  await page.getByRole("region", { name: "Tool write_file" }).getByRole("button").click();
  expect(await page.getByRole("region", { name: "Code in md" }).textContent()).toBe("# One\n\n- two\n");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("button", { name: "Show less" }).waitFor();
}, 30_000);

test("a chat can be had by the API as the page has it: what it shows runs", async () => {
  const session = await server.createSession((await server.createAgent()).id);
  await server.ask(session, 'Say "it\'s $HOME"');
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}`);
  await page.getByText(footers).waitFor();
  await page.getByRole("button", { name: "More about this chat" }).click();
  await page.getByRole("menuitem", { name: "As code" }).click();
  const dialog = page.getByRole("dialog", { name: "As code" });
  const run = async (language: string, command: string[]) => {
    await dialog.getByRole("radio", { name: language }).check();
    return Bun.spawn([...command, (await dialog.locator("pre").textContent())!], { stdout: "pipe", stderr: "ignore" });
  };
  const commands = { curl: ["bash", "-c"], TypeScript: [process.execPath, "-e"], Python: ["python3", "-c"] };

  await dialog.getByRole("radio", { name: "Follow" }).check();
  const followers = [];
  for (const [language, command] of Object.entries(commands)) followers.push(await run(language, command));
  await dialog.getByRole("radio", { name: "Send" }).check();
  expect(await (await run("curl", commands.curl)).exited).toBe(0);
  for (const follower of followers) {
    expect(await readUntil(follower.stdout, "turn.completed")).toContain(String.raw`Say \"it's $HOME\"`);
    follower.kill();
  }
  expect((await server.messages(session)).filter(({ role }) => role === "user")).toHaveLength(2);
}, 40_000);

async function readUntil(stream: ReadableStream<Uint8Array>, words: string): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes(words)) return text;
  }
  return text;
}

test("on a phone with its keyboard open one sees what one writes, can send it, and the page does not move sideways", async () => {
  const session = await server.createSession((await server.createAgent({ name: "An agent whose name is longer than a phone" })).id);
  const phone = { viewport: { width: 390, height: 400 }, isMobile: true, hasTouch: true };
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}`, phone);
  await say(page, scripted("Hang", [{ text: `| a | b |\n|---|---|\n| ${"wide ".repeat(40)} | x |`, hang: true }]));
  await page.getByRole("button", { name: "Stop" }).waitFor();
  for (const text of ["one waits", "two waits", "three waits"]) {
    await say(page, text);
    await page.getByRole("region", { name: "Queued messages" }).getByText(text).waitFor({ state: "attached" });
  }
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("line\n".repeat(20));
  expect(await isTooWide(page)).toBe(false);
  const { y, height } = (await page.getByRole("button", { name: "Queue the message" }).boundingBox())!;
  expect(y + height).toBeLessThanOrEqual(400);
  expect((await page.getByRole("region", { name: "Conversation" }).boundingBox())!.height).toBeGreaterThan(40);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped").waitFor({ state: "attached" });
}, 30_000);

test("while an answer is written nothing jumps back by more than a line, and the end stays in sight", async () => {
  const session = await server.createSession((await server.createAgent({ capabilities: ["test_math"] })).id);
  await using page = await openPage(browser, `${server.url}/sessions/${session.id}`);
  const place = page.getByRole("region", { name: "Conversation" });
  await say(page, scripted("Begin", [{ text: "Begun." }]));
  await page.getByText(footers).waitFor();
  await place.evaluate((element) => {
    const drops: number[] = [];
    Object.assign(window, { drops });
    let height = 0;
    const look = () => {
      const now = element.firstElementChild!.clientHeight;
      // Words may turn out to be the beginning of a table: that takes a line away.
      if (now < height - 30) drops.push(height - now);
      height = now;
      requestAnimationFrame(look);
    };
    look();
  });
  const part =
    "## Part\n\nSome **bold words** and `code`.\n\n| Name | Value |\n|---|---:|\n| one | 1 |\n\n```ts\nconst one = 1;\n```\n\n- one\n  - two\n\n";
  const call = [{ name: "add", arguments: { a: 1, b: 2 } }];
  await say(
    page,
    scripted("Go", [
      { reasoning: "Let me see. ".repeat(5), call, delay_ms: 5 },
      { text: part.repeat(5), delay_ms: 8 },
    ]),
  );
  await page.getByText(footers).nth(1).waitFor();
  expect(await page.evaluate(() => (window as unknown as { drops: number[] }).drops)).toEqual([]);
  expect(await place.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)).toBeLessThan(3);
}, 30_000);
