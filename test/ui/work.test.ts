import { Database as Sqlite } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Approval } from "@/domain/approval";
import type { Session } from "@/domain/session";
import { findingsOf, isTooWide, SIZES } from "../support/axe";
import { type OpenPage, openPage, scripted, startBrowser } from "../support/chromium";
import { type Server, serve } from "../support/executable";
import { copySessions } from "../support/many-rows";
import { PASSWORD, register } from "../support/people";

const folder = mkdtempSync(join(tmpdir(), "everruns-ui-work-"));
const LONG = "Averylongwordwithoutanyplacetobreakit".repeat(5);
const UNPRICED = "Ollama/qwen3:32b";
let browser: Browser;
let server: Server;
let reckoner: string;

/** A server with sixty chats of before, use on some days, questions that wait, and some that were decided. */
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), serve(folder)]);
  const clerk = await server.createAgent({ name: "Clerk" });
  await server.createSession(clerk.id, { title: "Before" });
  await server.end();
  fill(join(folder, "data/everruns.db"), clerk.id);
  server = await serve(folder);

  const policies = { capabilities: ["test_math"], tool_policies: { add: "requires_approval" } };
  const other = await server.createAgent({ name: LONG, ...policies });
  reckoner = (await server.createAgent({ name: "Reckoner", ...policies })).id;
  const decided = [await ask(other.id, "Decided", { a: 3, b: 4, [LONG]: 5 }), await ask(other.id, "Decided", { a: 5, b: 6 })];
  await decide(decided[0]!, { decision: "approve", remember: "agent", remember_arguments: true });
  await decide(decided[1]!, { decision: "deny", reason: LONG });
  await ask(other.id, LONG, { a: 1, b: 2, [LONG]: LONG.repeat(20), hidden: "Send\u200b it" }, [LONG.slice(0, 64), "b", "c", "d"]);
  const sums = await server.createSession(reckoner, { title: "The sums of October", tags: ["books"] });
  await server.ask(sums, scripted("What did the rhinoceros cost?", [{ text: "The rhinoceros cost a fortune." }]));
}, 60_000);
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Of a stopped server. */
function fill(database: string, agentId: string): void {
  using sqlite = new Sqlite(database);
  copySessions(sqlite, 60, 0, 0);
  const { id: userId } = sqlite.query<{ id: string }, []>("SELECT id FROM users").get()!;
  const rows = [0, 2, 40].flatMap((daysAgo) =>
    [UNPRICED, `Anthropic/${LONG}`].map((model) => ({
      day: new Date(Date.now() - daysAgo * 24 * 3_600_000).toISOString().slice(0, 10),
      agent_id: agentId,
      user_id: userId,
      model,
      input_tokens: 40_000,
      output_tokens: 2_000,
      cache_read_tokens: 30_000,
      cache_write_tokens: 0,
      reasoning_tokens: 0,
      cost_usd: model === UNPRICED ? null : 0.25,
      model_calls: 3,
      turns: 2,
      failures: 1,
    })),
  );
  for (const row of rows) {
    const names = Object.keys(row);
    sqlite.query(`INSERT INTO usage_by_day (${names}) VALUES (${names.map(() => "?")})`).run(...Object.values(row));
  }
}

/** A chat whose agent asks whether it may add. */
async function ask(agentId: string, title: string, given: Record<string, unknown>, tags: string[] = []): Promise<Approval> {
  const session = await server.createSession(agentId, { title, tags });
  const message = await server.say(session, scripted("Add", [{ call: [{ name: "add", arguments: given }] }, { text: "All done." }]));
  await server.follow(session, ({ type, data }) => type === "approval.requested" && data.turn_id === message.turn_id);
  return (await pending()).find(({ session_id }) => session_id === session.id)!;
}

const pending = async () => (await server.get<{ items: Approval[] }>("/v1/approvals")).body.items;
const decide = ({ session_id, id }: Approval, decision: object) => server.post(`/v1/sessions/${session_id}/approvals/${id}`, decision);
const show = (path: string): Promise<OpenPage> => openPage(browser, server.url + path);
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

test("what waits in any chat is answered in one place, and the side bar counts it", async () => {
  await using page = await show("/");
  await page.clock.install();
  await page.goto(`${server.url}/approvals`);
  const place = page.getByRole("link", { name: /^Approvals/ });
  await place.getByText("1").waitFor();
  // What begins to wait meanwhile is seen without a reload.
  const first = await ask(reckoner, "Books", { a: 40, b: 1 });
  await page.clock.fastForward(21_000);
  await place.getByText("2").waitFor();
  const calls = page.getByRole("list", { name: "Calls that wait for you" }).getByRole("article");
  expect(await calls.nth(1).textContent()).toContain("Send⟨U+200B⟩ it");

  const call = calls.filter({ hasText: "Books" });
  await call.getByRole("button", { name: "Change" }).click();
  await call.getByLabel("Arguments to run it with").fill('{"a": 40, "b": 2}');
  await call.getByRole("button", { name: "Allow with these" }).click();
  await call.waitFor({ state: "detached" });
  expect((await server.get<Approval>(`/v1/approvals/${first.id}`)).body.changed_arguments).toEqual({ a: 40, b: 2 });

  await ask(reckoner, "Ledger", { a: 1, b: 1 });
  await page.reload();
  await calls.filter({ hasText: "Ledger" }).getByRole("button", { name: "Always allow" }).click();
  await page.getByRole("menuitem", { name: "In all chats with the agent", exact: true }).click();
  await place.getByText("1").waitFor();
  await page.getByRole("radio", { name: "Always allowed" }).check();
  const rule = page.getByRole("list", { name: "Calls that are always allowed" }).getByRole("listitem").filter({ hasText: "Reckoner" });
  await rule.getByRole("button", { name: "Ask again about add" }).click();
  await rule.waitFor({ state: "detached" });
  await page.getByRole("radio", { name: "Decided" }).check();
  await page.getByText("Allowed with changes").waitFor();
  await page.getByRole("link", { name: "Books", exact: true }).click();
  await page.waitForURL(`**/sessions/${first.session_id}?turn=${first.turn_id}`);
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 40_000);

test("chats are found by status, agent, tag, title and what was said; the address says how", async () => {
  await using page = await show("/sessions");
  const chats = page.getByRole("table", { name: "All chats" }).getByRole("row");
  await button(page, "Show earlier chats").last().scrollIntoViewIfNeeded();
  await page.locator("main").getByRole("button", { name: "Show earlier chats" }).click();
  await chats.nth(60).waitFor();

  await page.getByLabel("Status").selectOption("Waits for you");
  await chats.filter({ hasText: "Copy" }).first().waitFor({ state: "detached" });
  expect(await chats.filter({ hasText: "Waits for you" }).count()).toBe((await chats.count()) - 1);
  await page.getByLabel("Status").selectOption("Any status");
  await page.getByTitle("Only chats with the tag books").click();
  await page.getByText("The sums of October").nth(1).waitFor();
  expect(new URL(page.url()).search).toBe("?tag=books");
  await button(page, "Take off tag books").click();

  await page.getByLabel("Agent", { exact: true }).selectOption("Reckoner");
  await page.getByLabel("Search titles and messages").fill("rhinoceros");
  const hits = page.getByRole("list", { name: "Messages with these words" }).getByRole("listitem");
  await hits.nth(1).waitFor();
  expect(await hits.first().locator("mark").textContent()).toBe("rhinoceros");
  const address = page.url();
  await hits.first().getByRole("link").click();
  await page.waitForURL("**/sessions/*?turn=*");
  await page.goto(address);
  await hits.nth(1).waitFor();
  await page.getByLabel("Search titles and messages").fill("hippopotamus");
  await page.getByText("No chat is like this").waitFor();
  await page.locator("main").getByRole("button", { name: "Show all" }).click();
  await chats.nth(40).waitFor();
  expect(page.complaints).toEqual([]);
}, 40_000);

test("a chat is renamed, forked and deleted from the list", async () => {
  const { id } = await server.createSession(reckoner, { title: "Draft", tags: ["temporary"] });
  const titles = async () => (await server.get<{ items: Session[] }>("/v1/sessions?tag=temporary")).body.items.map(({ title }) => title);
  await using page = await show("/sessions?tag=temporary");
  await button(page, "More about Draft").click();
  await page.getByRole("menuitem", { name: "Change the title" }).click();
  await page.getByRole("dialog", { name: "Change the title" }).waitFor();
  await page.keyboard.type("Fair copy");
  await page.keyboard.press("Enter");
  await button(page, "More about Fair copy").click();
  expect(await titles()).toEqual(["Fair copy"]);
  await page.getByRole("menuitem", { name: "Fork" }).click();
  await page.waitForURL((url) => /sessions\/./.test(url.pathname) && !url.pathname.endsWith(id));
  expect(await titles()).toHaveLength(2);

  await page.goto(`${server.url}/sessions?tag=temporary`);
  for (const left of [1, 0]) {
    await button(page, /^More about/)
      .first()
      .click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("The chat is deleted.").first().waitFor();
    await page.locator("main").locator("tbody tr").nth(left).waitFor({ state: "detached" });
    expect(await titles()).toHaveLength(left);
  }
  await page.getByText("No chat is like this").waitFor();
}, 40_000);

test("use is drawn by day and told in a table, for so many days, and for one model alone", async () => {
  await using page = await show("/usage");
  const cost = page.getByRole("figure", { name: "Cost" });
  await cost.getByText("$0.5000").waitFor();
  await cost.getByText("Without 6 calls to models whose price is not known").waitFor();
  await cost.locator("canvas").waitFor();
  expect(await cost.getByRole("img").getAttribute("aria-label")).toMatch(
    /^Cost by day, from .+: \$0\.5000 in all, the most on .+ with \$0\.2500/,
  );
  await page.getByText("Every day as a table").click();
  const days = page.getByRole("table", { name: "What was used, by day" }).locator("tbody tr");
  expect(await days.count()).toBe(30);
  expect(await days.nth(1).textContent()).toMatch(/00\$000$/);

  // What is pointed at is said in words.
  const tokens = page.getByRole("figure", { name: "Tokens" });
  const { x, y, width } = (await tokens.locator(".u-over").boundingBox())!;
  await page.mouse.move(x + width - 4, y + 20);
  await tokens.getByText(/: \d+k in, \d+k out$/).waitFor();
  await page.setViewportSize({ width: 700, height: 800 });
  await page.waitForFunction(() => document.querySelector("canvas")!.clientWidth > 560);

  await page.getByRole("radio", { name: "90 days" }).check();
  await cost.getByText("$0.7500").waitFor();
  expect(await days.count()).toBe(90);
  await button(page, UNPRICED).click();
  await cost.getByText("No price is known for these models").waitFor();
  expect(await cost.locator("canvas").count()).toBe(0);
  expect(new URL(page.url()).search).toBe(`?days=90&model=${encodeURIComponent(UNPRICED)}`);
  await page.goBack();
  await cost.getByText("$0.7500").waitFor();
  await page.goto(`${server.url}/usage?days=7&agent=${reckoner.replace(/^.{8}/, "00000000")}`);
  await page.getByText("Nothing was used in these 7 days").waitFor();
  // Without accounts there is one user, of whom nothing is to be said.
  expect(await page.getByRole("heading", { name: "By user" }).count()).toBe(0);
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 40_000);

test("with accounts, an admin sees who used how much, and others what they used", async () => {
  const home = mkdtempSync(join(tmpdir(), "everruns-ui-accounts-"));
  await using accounts = await serve(home, { env: { AUTH_MODE: "full" } });
  try {
    const people = { Ada: await register(accounts, "Ada"), Bob: await register(accounts, "Bob") };
    for (const person of Object.values(people)) await person.ask(await person.createSession((await person.createAgent()).id), "hello");
    for (const [name, turns] of Object.entries({ Ada: 2, Bob: 1 })) {
      await using page = await openPage(browser, accounts.url);
      const { email, password } = { email: `${name.toLowerCase()}@example.com`, password: PASSWORD };
      expect((await page.request.post(`${accounts.url}/api/auth/login`, { data: { email, password } })).status()).toBe(200);
      await page.goto(`${accounts.url}/usage`);
      await page.getByRole("figure", { name: "Turns", exact: true }).getByText(String(turns), { exact: true }).waitFor();
      await page.getByRole("heading", { name: "By model" }).waitFor();
      expect(await button(page, "bob@example.com").count()).toBe(turns - 1);
      if (turns === 1) continue;
      await button(page, "bob@example.com").click();
      await page.getByRole("button", { name: "Take off user bob@example.com" }).waitFor();
      await page.getByRole("figure", { name: "Turns", exact: true }).getByText("1", { exact: true }).waitFor();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}, 40_000);

const press = (name: string | RegExp) => (page: Page) => button(page, name).first().click();

/** Each page at its fullest: where it is, what is there once it is whole, and what is unfolded on it. */
const SIGHTS: [name: string, path: string, whole: string | RegExp, act?: (page: Page) => Promise<unknown>][] = [
  ["approvals", "/approvals", "May the agent run", press("Always allow")],
  ["a call that is changed", "/approvals", "May the agent run", press("Change")],
  ["decided approvals", "/approvals?show=decided", "Denied", (page) => page.locator("summary").last().click()],
  ["approval rules", "/approvals?show=rules", "Only with"],
  ["chats", "/sessions", "Show earlier chats"],
  ["chats that wait", "/sessions?status=waiting", "Waits for you", press(/^More about/)],
  ["found chats", "/sessions?q=rhinoceros&tag=books", /with these words, the newest first/],
  ["chats that can't be shown", "/sessions?agent=nobody", "This could not be shown"],
  ["usage", "/usage", "By model", (page) => page.locator("summary").first().click()],
  ["usage of one model", `/usage?days=90&model=Anthropic/${LONG}`, "By agent"],
];

test.each(Object.keys(SIZES))(
  "nobody stumbles on the pages of what goes on, %s",
  async (size) => {
    await using page = await openPage(browser, `${server.url}/approvals`, SIZES[size]);
    const findings: Record<string, unknown> = {};
    for (const [name, path, whole, act] of SIGHTS) {
      await page.goto(server.url + path);
      await page.locator("main").getByText(whole).filter({ visible: true }).first().waitFor();
      await act?.(page);
      const found = [...(await findingsOf(page)), ...((await isTooWide(page)) ? ["it can be pushed sideways"] : [])];
      if (found.length > 0) findings[name] = found;
    }
    expect(findings).toEqual({});
    expect([page.complaints, page.strangers]).toEqual([[], []]);
  },
  90_000,
);
