import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { findingsOf, SIZES } from "../support/axe";
import { lastAnswer, openPage, scripted, startBrowser, unfold } from "../support/chromium";
import { type Server, serve } from "../support/executable";

const folder = mkdtempSync(join(tmpdir(), "everruns-ui-axe-"));
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

// The first run is there as long as there is no agent: it comes first.
test.each(Object.keys(SIZES))(
  "the first run, %s",
  async (size) => {
    await using page = await openPage(browser, server.url, SIZES[size]);
    await page.getByRole("radio", { name: /^OpenAI/ }).check();
    await page.getByLabel("API key of OpenAI").waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole("radio", { name: /Demo/ }).check();
    await page.getByRole("button", { name: "Test and continue" }).click();
    await page.getByRole("button", { name: /^Coder/ }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
  },
  30_000,
);

const EVERYTHING = `# Heading\n\nWords with \`code\`, **weight** and [a link](https://example.com).\n\n- one\n- two\n\n- [x] done\n- [ ] open\n\n> quoted\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n\`\`\`ts\n// a comment\nconst text: string = "words"; /re/g; 42;\n\`\`\``;

test.each(Object.keys(SIZES))(
  "a chat with all that can stand in it, its trace, its queue and its windows, %s",
  async (size) => {
    const agent = await server.createAgent({ name: "A helper with a rather long name that does not fit", capabilities: ["test_math"] });
    const session = await server.createSession(agent.id);
    const call = [
      { name: "add", arguments: { a: 1, b: 2 } },
      { name: "divide", arguments: { a: 1, b: 0 } },
    ];
    await server.ask(
      session,
      scripted("Everything", [
        { reasoning: "Let me think.", call },
        { text: EVERYTHING, delay_ms: 1 },
      ]),
    );
    await server.ask(session, scripted("Fail", [{ error: { code: "invalid_api_key", message: "No." } }]));
    await server.say(session, scripted("Hang", [{ text: "And then", hang: true }]));
    await server.say(session, "This one waits");

    await using page = await openPage(browser, `${server.url}/sessions/${session.id}`, SIZES[size]);
    await lastAnswer(page).getByText("And then").waitFor();
    await page.locator(".hljs-comment").waitFor();
    await unfold(page);
    expect(await findingsOf(page)).toEqual([]);

    await page.getByRole("button", { name: "Show the trace" }).click();
    await page.getByRole("complementary", { name: "Trace" }).getByText("Fail").first().waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Close the trace" }).click();

    await page.getByRole("button", { name: /^Model:/ }).click();
    await page.getByRole("menuitemcheckbox", { name: /Simulated model/ }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("option", { name: "New chat", exact: true }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await server.post(`${session.path}/cancel`, {});
  },
  40_000,
);
