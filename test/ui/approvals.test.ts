import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { lastAnswer, openPage, say, scripted, startBrowser } from "../support/chromium";
import { type Server, serve } from "../support/executable";

const hasApprovals = existsSync(join(import.meta.dir, "../../src/approvals"));
const folder = mkdtempSync(join(tmpdir(), "everruns-ui-approvals-"));
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

test.skipIf(!hasApprovals)(
  "a tool that must be asked about waits for a person, who changes what it is given, or says no and why",
  async () => {
    const policies = { add: "requires_approval", divide: "requires_approval" };
    const agent = await server.createAgent({ capabilities: ["test_math"], tool_policies: policies });
    const session = await server.createSession(agent.id);
    await using page = await openPage(browser, `${server.url}/sessions/${session.id}`);
    const call = ["add", "divide"].map((name) => ({ name, arguments: { a: 1, b: 2 } }));
    await say(page, scripted("Reckon", [{ call }, { text: "All done." }]));

    const card = (name: string) => page.getByRole("region", { name: `Tool ${name}` });
    await card("add").getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Arguments to run it with").fill('{"a": 40');
    expect(await page.getByRole("button", { name: "Allow with these" }).isDisabled()).toBe(true);
    await page.getByLabel("Arguments to run it with").fill('{"a": 40, "b": 2}');
    await page.getByRole("button", { name: "Allow with these" }).click();
    await card("divide").getByRole("button", { name: "Deny" }).click();
    await page.getByLabel(/What to tell the agent/).fill("No divisions today");
    await card("divide").getByRole("button", { name: "Deny" }).click();

    await lastAnswer(page).getByText("All done.").waitFor();
    expect(await card("add").textContent()).toContain("a: 40");
    expect(await card("divide").textContent()).toContain("No divisions today");
    expect(await page.getByText("May the agent run").count()).toBe(0);
  },
  30_000,
);
