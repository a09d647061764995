import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Agent } from "@/domain/agent";
import { openPage, startBrowser } from "../support/chromium";
import { type Server, serve } from "../support/executable";

const folder = mkdtempSync(join(tmpdir(), "everruns-ui-agents-"));
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

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const read = async (id: string): Promise<Agent> => (await server.get<Agent>(`/v1/agents/${id}`)).body;
const idIn = (page: Page): string => /agents\/([0-9a-f-]{36})/.exec(page.url())![1]!;

test("an agent is made, with its capabilities in order; what the API refuses is said at its field", async () => {
  await using page = await openPage(browser, `${server.url}/agents`);
  await page.getByText("There is no agent yet").waitFor();
  await page.getByRole("link", { name: "New agent" }).first().click();

  await page.getByLabel("System prompt").fill("You help.");
  await page.keyboard.press("Control+s");
  const name = page.getByRole("textbox", { name: "Name" });
  await page.getByText("Must not be empty").waitFor();
  expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
  await name.fill("Helper");

  await button(page, "Add a capability").click();
  for (const capability of ["Current Time", "Test Math", "No-Op"]) await button(page, new RegExp(`^Add ${capability}`)).click();
  await button(page, "Move Test Math up").click();
  await button(page, "Remove No-Op").click();
  await page.getByLabel("Tags").fill("one, two,");
  await page.getByLabel("Who may use it").selectOption("shared");
  await button(page, "Create the agent").click();
  await page.getByRole("heading", { name: "Helper" }).waitFor();
  expect(await read(idIn(page))).toMatchObject({
    name: "Helper",
    description: null,
    system_prompt: "You help.",
    capabilities: ["test_math", "current_time"],
    tags: ["one", "two"],
    visibility: "shared",
  });
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 30_000);

test("a change is saved as a version, is not lost by leaving, and can be run as code", async () => {
  const { id } = await server.createAgent({ name: "Writer", system_prompt: 'It\'s "quoted", $HOME and `ticks`\nand a \\ line.' });
  await using page = await openPage(browser, `${server.url}/agents/${id}`);
  expect(await button(page, "Save").isDisabled()).toBe(true);

  const prompt = page.getByLabel("System prompt");
  const text = 'It\'s "quoted", $HOME, `ticks` and true\nnull,\nand a \\ line.';
  await prompt.fill(text);
  await page.getByRole("link", { name: "Versions" }).click();
  await page.getByRole("dialog", { name: "Leave without saving?" }).waitFor();
  await button(page, "Stay").click();
  expect(await prompt.inputValue()).toBe(text);

  // The code does what the form would: in each language, from the same agent.
  await button(page, "As code").click();
  const dialog = page.getByRole("dialog", { name: "As code" });
  const commands = { curl: ["bash", "-c"], TypeScript: [process.execPath, "-e"], Python: ["python3", "-c"] };
  for (const [language, command] of Object.entries(commands)) {
    await dialog.getByRole("radio", { name: language }).check();
    const code = (await dialog.locator("pre").textContent())!;
    await server.call("PATCH", `/v1/agents/${id}`, { system_prompt: "Before." });
    const child = Bun.spawn([...command, code], { stdout: "pipe", stderr: "pipe" });
    const said = `${await new Response(child.stdout).text()}${await new Response(child.stderr).text()}`;
    expect((await read(id)).system_prompt, `${language}: ${code}\n${said}`).toBe(text);
  }
  await button(page, "Close").click();

  await page.reload();
  await prompt.fill("Be brief.");
  await page.getByLabel("Description").fill("Writes");
  const { version } = await read(id);
  await button(page, "Save").click();
  await page.getByText(`Saved as version ${version + 1}.`).waitFor();
  await page.getByText(`Version ${version + 1}`, { exact: true }).waitFor();
  expect(await read(id)).toMatchObject({ system_prompt: "Be brief.", description: "Writes", capabilities: [] });
  await page.getByRole("link", { name: "Versions" }).click();
  await page.getByRole("list", { name: /Versions/ }).waitFor();
}, 30_000);

test("a change elsewhere does not overwrite what is being written, and is not overwritten by it", async () => {
  const { id } = await server.createAgent({ name: "Shared", description: "Old" });
  await using page = await openPage(browser, `${server.url}/agents/${id}`);
  await page.getByLabel("System prompt").fill("Mine.");
  await server.call("PATCH", `/v1/agents/${id}`, { description: "Theirs" });
  // The page looks again when someone comes back to it after a while.
  await page.clock.install();
  await page.clock.fastForward(11_000);
  await page.evaluate(() => dispatchEvent(new Event("visibilitychange")));
  await page.getByText("This was changed elsewhere meanwhile.").waitFor();
  expect(await page.getByLabel("System prompt").inputValue()).toBe("Mine.");
  await button(page, "Save").click();
  await page.getByText(/Saved as version/).waitFor();
  expect(await read(id)).toMatchObject({ system_prompt: "Mine.", description: "Theirs" });
}, 30_000);

test("versions say what they changed, and one goes back to an old one", async () => {
  const { id } = await server.createAgent({ name: "Versioned", system_prompt: "Be kind.\nBe brief.", capabilities: ["current_time"] });
  await server.call("PATCH", `/v1/agents/${id}`, { system_prompt: "Be kind.\nBe very brief.", capabilities: ["test_math"] });
  await using page = await openPage(browser, `${server.url}/agents/${id}/versions`);
  await button(page, /^Version 2.*Changed: system prompt, capabilities/).click();
  await page.getByText("Removed: Be brief.").waitFor();
  expect(await page.getByText("Added: Be very brief.").locator("mark").textContent()).toBe("very ");
  expect(await page.getByText("Added: Test Math").count()).toBe(1);

  await button(page, "Go back to version 1").click();
  await page.getByRole("dialog").getByRole("button", { name: "Go back" }).click();
  await button(page, /^Version 3/).waitFor();
  expect(await read(id)).toMatchObject({ system_prompt: "Be kind.\nBe brief.", capabilities: ["current_time"], version: 3 });
}, 30_000);

test("an agent goes into a Markdown file and comes from one", async () => {
  const { id } = await server.createAgent({ name: "Exported", system_prompt: "Stay." });
  await using page = await openPage(browser, `${server.url}/agents/${id}`);
  await button(page, "More").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Export as Markdown" }).click()]);
  expect(download.suggestedFilename()).toBe("exported.md");
  const markdown = await Bun.file(await download.path()).text();

  await page.getByRole("link", { name: "Agents" }).first().click();
  await button(page, "Import").click();
  await page.getByLabel("Or paste its text").fill("no front matter");
  await button(page, "Import").last().click();
  await page.getByText(/^Must begin with YAML front matter/).waitFor();
  const file = { name: "agent.md", mimeType: "text/markdown", buffer: Buffer.from(markdown.replace("Exported", "Imported")) };
  await page.getByLabel("Choose a file, or drop one here").setInputFiles(file);
  await button(page, "Import").last().click();
  await page.getByRole("heading", { name: "Imported" }).waitFor();
  expect(await page.getByLabel("System prompt").inputValue()).toBe("Stay.");
}, 30_000);

test("the list is searched, sifted by tags, and kept in the address; an archived agent comes back", async () => {
  await server.createAgent({ name: "Baker", description: "Knows bread", tags: ["kitchen"] });
  const { id } = await server.createAgent({ name: "Butcher", tags: ["kitchen", "knives"] });
  await using page = await openPage(browser, `${server.url}/agents`);
  const list = page.getByRole("list", { name: "Agents" });
  await list.getByText("Butcher").waitFor();
  await page.getByRole("searchbox", { name: "Search agents" }).fill("bread");
  await list.getByText("Butcher").waitFor({ state: "detached" });
  expect(await list.getByRole("listitem").count()).toBe(1);
  await page.reload();
  expect(await page.getByRole("searchbox", { name: "Search agents" }).inputValue()).toBe("bread");
  await page.getByRole("searchbox", { name: "Search agents" }).fill("no such words");
  await button(page, "Show all").click();
  await button(page, "knives").click();
  await list.getByText("Baker").waitFor({ state: "detached" });
  await list.getByRole("link", { name: "Butcher", exact: true }).click();

  await button(page, "More").click();
  await page.getByRole("menuitem", { name: "Archive" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
  await page.waitForURL(/\/agents$/);
  await page.getByText("Archived", { exact: true }).click();
  await list.getByRole("link", { name: "Butcher" }).click();
  await button(page, "Restore").click();
  await button(page, "Open a chat").waitFor();
  expect((await read(id)).status).toBe("active");
  await button(page, "Open a chat").click();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  expect(await button(page, "Agent: Butcher").count()).toBe(1);
}, 30_000);

test("where the API knows policies of tools, an agent says which of its tools ask first", async () => {
  const agent = await server.createAgent({ name: "Careful", capabilities: ["test_math"] });
  const sent: unknown[] = [];
  await using page = await openPage(browser, server.url);
  await page.route(`**/v1/agents/${agent.id}`, (route) => {
    if (route.request().method() === "PATCH") sent.push(route.request().postDataJSON());
    return route.fulfill({ json: { ...agent, tool_policies: { add: "auto" } } });
  });
  await page.goto(`${server.url}/agents/${agent.id}`);
  await button(page, "4 tools · 1 with a policy of its own").click();
  await page.getByLabel("When divide is called").selectOption("requires_approval");
  await page.getByLabel("When add is called").selectOption("");
  await button(page, "Save").click();
  await page.getByText("Saved.").waitFor();
  expect(sent).toEqual([{ tool_policies: { divide: "requires_approval" } }]);
}, 30_000);

test("an agent's chats are listed, an unknown agent is said to be, and what cannot be read can be tried again", async () => {
  const { id } = await server.createAgent({ name: "Talker" });
  await using page = await openPage(browser, `${server.url}/agents/${id}/chats`);
  await page.getByText("There is no chat with it yet").waitFor();
  const session = await server.createSession(id, { title: "About the weather" });
  await page.reload();
  await page.getByRole("table").getByRole("link", { name: "About the weather" }).click();
  await page.waitForURL(`**/sessions/${session.id}`);

  await page.goto(`${server.url}/agents/00000000-0000-7000-8000-000000000000`);
  await page.getByText("This agent is not here").waitFor();
  const refusal = { status: 500, json: { error: "Internal error", status: 500, code: "internal_error" } };
  await page.route("**/v1/agents?*", (route) => route.fulfill(refusal));
  await page.goto(`${server.url}/agents`);
  await page.getByRole("alert").getByText("Internal error").waitFor();
  await page.unroute("**/v1/agents?*");
  await button(page, "Try again").first().click();
  await page.getByRole("list", { name: "Agents" }).waitFor();
}, 30_000);
