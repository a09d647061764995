import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { ManagedUser, NewManagedUser } from "@/domain/managed-user";
import { findingsOf, isTooWide, SIZES } from "../support/axe";
import { openPage, startBrowser } from "../support/chromium";
import { type Server, serve } from "../support/executable";
import { PASSWORD, type Person, register, signIn } from "../support/people";

const folder = mkdtempSync(join(tmpdir(), "everruns-ui-people-"));
const openFolder = mkdtempSync(join(tmpdir(), "everruns-ui-nobody-"));
let browser: Browser;
let server: Server;
/** A server without accounts. */
let open: Server;
let ada: Person;

const LONG = "Averylongwordwithoutanyplacetobreakit".repeat(5);

beforeAll(async () => {
  [browser, server, open] = await Promise.all([
    startBrowser(),
    serve(folder, { env: { AUTH_MODE: "full", AUTH_GITHUB_CLIENT_ID: "x", AUTH_GITHUB_CLIENT_SECRET: "y" } }),
    serve(openFolder),
  ]);
  ada = await register(server, "Ada");
  await register(server, "Bob");
}, 60_000);
afterAll(async () => {
  await browser.close();
  for (const one of [server, open]) await one[Symbol.asyncDispose]();
  for (const path of [folder, openFolder]) rmSync(path, { recursive: true, force: true });
});

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

/** A page at which someone is signed in. */
async function openAs(email: string, path: string, options = {}) {
  const page = await openPage(browser, `${server.url}/health`, options);
  await page.request.post(`${server.url}/api/auth/login`, { data: { email, password: PASSWORD } });
  await page.goto(server.url + path);
  return page;
}

async function choose(page: Page, name: string, action: string): Promise<void> {
  await button(page, `More for ${name}`).click();
  await page.getByRole("menuitem", { name: action }).click();
}

const meOf = (authorization: string) => server.get<{ code?: string }>("/api/auth/me", { authorization });

test("an API key is made for what it is for, shown once, used, and deleted", async () => {
  await using page = await openAs("ada@example.com", "/api-keys");
  await page.getByText("You have no key yet").waitFor();
  await button(page, "New key").first().click();
  await button(page, "Make the key").click();
  // The focus goes to what is wrong.
  await page.locator("input[aria-invalid=true]:focus").waitFor();
  await page.getByLabel("Name").fill("Nightly report");
  await page.getByText("Some of it").click();
  await page.getByRole("checkbox", { name: "Read: Usage" }).check();
  await page.getByLabel("Ends").selectOption("30");
  await button(page, "Make the key").click();
  const shown = page.getByRole("region", { name: "The key of Nightly report" });
  const key = (await shown.getByText(/^evr_[0-9a-f]{64}$/).textContent())!;
  expect((await meOf(key)).status).toBe(200);
  expect((await server.get("/v1/usage", { authorization: key })).status).toBe(200);
  expect((await server.get("/v1/llm-models", { authorization: key })).status).toBe(403);
  const row = page.getByRole("listitem").filter({ hasText: "Nightly report" });
  expect(await row.textContent()).toMatch(/Agents: read · Chats and their files: read and change · Usage: read.*evr_.*ends/);

  await page.reload();
  await row.getByText(/last used/).waitFor();
  expect(await page.content()).not.toContain(key);
  await button(page, "Delete Nightly report").click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("You have no key yet").waitFor();
  expect((await meOf(key)).status).toBe(401);
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 40_000);

test("an admin finds, makes, promotes, disables and deletes people, and cannot shut themselves out", async () => {
  await using page = await openAs("ada@example.com", "/users");
  await choose(page, "Ada", "Make an ordinary user");
  await page.getByRole("alert").getByText("You can't disable, demote or delete your own account").waitFor();
  await choose(page, "Ada", "Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("alert").getByText("You can't disable, demote or delete your own account").waitFor();
  await button(page, "Cancel").click();

  await button(page, "New user").click();
  await page.getByLabel("Name").fill("Cleo");
  await page.getByLabel("Email").fill("bob@example.com");
  await button(page, "Make the account").click();
  await page.getByRole("dialog").getByText("There is an account with this email already").waitFor();
  await page.getByLabel("Email").fill("cleo@example.com");
  await button(page, "Make the account").click();
  const link = page.getByRole("region", { name: "A link for Cleo" }).getByText(/reset-password\?token=/);
  const first = (await link.textContent())!;
  expect(first).toStartWith(`${server.url}/reset-password?token=`);
  await page.getByRole("listitem").filter({ hasText: "Cleo" }).getByText("Has no password yet").waitFor();
  await choose(page, "Cleo", "Make a password link");
  await link.filter({ hasNotText: first }).waitFor();

  await choose(page, "Bob", "Make an admin");
  await page.getByRole("listitem").filter({ hasText: "bob@example.com" }).getByText("Admin", { exact: true }).waitFor();
  const bob = await signIn(server, "bob@example.com");
  await bob.createAgent({ name: "Bob's own" });
  await choose(page, "Bob", "Disable");
  await page.getByText("Bob is disabled, and signed out everywhere.").waitFor();
  expect((await bob.get("/api/auth/me")).status).toBe(401);
  await choose(page, "Bob", "Enable");
  await page.getByText("Bob may sign in again.").waitFor();

  await page.getByRole("searchbox", { name: "Search names and emails" }).fill("zz");
  await page.getByText("Nobody is like this").waitFor();
  await page.goto(`${server.url}/users?search=cleo`);
  await choose(page, "Cleo", "Delete");
  await page.getByRole("dialog").getByText("All messages and files in them go too.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Nobody is like this").waitFor();
  await button(page, "Show all").click();
  await choose(page, "Bob", "Delete");
  await page.getByLabel("Their agents and chats").selectOption({ label: "Go to Ada (ada@example.com)" });
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Bob is deleted.").waitFor();
  const agents = (await ada.get<{ items: { name: string; id: string }[] }>("/v1/agents")).body.items;
  expect(agents.map(({ name }) => name)).toEqual(["Bob's own"]);
  await ada.call("DELETE", `/v1/agents/${agents[0]!.id}`);
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 60_000);

test("one changes one's name and password, ends logins elsewhere, and an admin sees where the data is and what happened", async () => {
  const dora = await register(server, "Dora");
  const elsewhere = await signIn(server, "dora@example.com");
  await using page = await openAs("dora@example.com", "/settings");
  await page.getByLabel("Name").fill("Dora the Second");
  await button(page, "Save").click();
  await button(page, "Account of Dora the Second").waitFor();

  await page
    .getByRole("list", { name: "Logins" })
    .getByRole("button", { name: /^Sign out/ })
    .first()
    .click();
  await page.getByText("It is signed out.").waitFor();
  await button(page, "Sign out everywhere else").click();
  await page.getByText("You are signed out everywhere else.").waitFor();
  for (const person of [dora, elsewhere]) expect((await person.get("/api/auth/me")).status).toBe(401);

  await page.getByLabel("Password now").fill("not mine");
  await page.getByLabel("New password").fill("another long passphrase");
  await button(page, "Change the password").click();
  await page.getByText("This is not your password.").waitFor();
  await page.getByLabel("Password now").fill(PASSWORD);
  await page.getByLabel("New password").fill("dora@example.com");
  await button(page, "Change the password").click();
  await page.getByText("Must not be the name or the email address of its owner").waitFor();
  await page.getByLabel("New password").fill("another long passphrase");
  await button(page, "Change the password").click();
  await page.getByText("Your password is changed.").waitFor();
  await signIn(server, "dora@example.com", "another long passphrase");

  await page.getByRole("radio", { name: "Dark" }).check({ force: true });
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
  await page.reload();
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
  expect(await page.getByText("Data folder").count()).toBe(0);
  await page.goto(`${server.url}/audit-events`);
  await page.getByText("Only an admin may read the audit log").waitFor();
  await page.goto(`${server.url}/users`);
  await page.getByText("Only an admin may look after accounts").waitFor();

  await using admin = await openAs("ada@example.com", "/settings");
  await admin.getByText(join(folder, "data"), { exact: true }).waitFor();
  await admin.goto(`${server.url}/audit-events?action=password.changed`);
  const row = admin.getByRole("list", { name: "Events" }).getByRole("listitem");
  expect(await row.textContent()).toMatch(/Password changed.*Dora the Second.*from 127\.0\.0\.1/);
  await admin.getByLabel("What happened").selectOption("");
  await button(admin, "Dora the Second").first().click();
  await admin.getByText("Only what Dora the Second did").waitFor();
  expect(new URL(admin.url()).searchParams.get("person")).toBe(dora.user.id);
  await admin.getByLabel("When").selectOption("1");
  await admin.getByLabel("What happened").selectOption("user.deleted");
  await admin.getByText("Nothing like this happened").waitFor();
  await button(admin, "Show all").click();
  await admin.getByText("User deleted").nth(1).waitFor();
  expect([page.complaints, page.strangers, admin.complaints]).toEqual([[], [], []]);
}, 60_000);

test("without accounts, the pages of people say what to set", async () => {
  await using page = await openPage(browser, `${open.url}/users`);
  await page.getByText("AUTH_MODE=full").waitFor();
  await page.goto(`${open.url}/api-keys`);
  await page.getByText("No key is needed here").waitFor();
  expect(await button(page, "New key").count()).toBe(0);
  await page.goto(`${open.url}/settings`);
  await page.getByText(join(openFolder, "data"), { exact: true }).waitFor();
  expect(await page.getByText("Where you are signed in").count()).toBe(0);
  await page.goto(`${open.url}/audit-events`);
  await page.getByText("Nothing happened yet").waitFor();
  await page.goto(`${open.url}/setup?token=x`);
  await page.getByRole("heading", { name: "Welcome to Everruns" }).waitFor();
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 30_000);

test.each([
  ["/api-keys", "/api/auth/api-keys"],
  ["/users", "/v1/users"],
  ["/audit-events", "/v1/audit-events"],
  ["/settings", "/api/auth/config"],
])(
  "when what %s shows cannot be read, the page says why and tries again",
  async (path, resource) => {
    await using page = await openAs("ada@example.com", "/api-keys");
    const words = "The disk is full: make room";
    await page.route(`**${resource}*`, (route) =>
      route.fulfill({ status: 507, json: { error: words, status: 507, code: "storage_full" } }),
    );
    await page.goto(server.url + path);
    await page.locator("main").getByText(words).waitFor();
    await page.unroute(`**${resource}*`);
    await button(page, "Try again").click();
    await page.locator("main").getByText(words).waitFor({ state: "detached" });
    expect(page.complaints).toEqual([]);
  },
  30_000,
);

const press = (name: string | RegExp) => (page: Page) => button(page, name).first().click();

/** Each page at its fullest: where it is, what is there once it is whole, and what is done on it. */
const SIGHTS: [name: string, path: string, whole: string | RegExp, act?: (page: Page) => Promise<unknown>][] = [
  ["API keys", "/api-keys", /Agents: read/],
  ["a new API key", "/api-keys", /Agents: read/, (page) => press("New key")(page).then(() => page.getByText("Some of it").click())],
  ["users", "/users", "Has no password yet"],
  ["a refused change", "/users", "Has no password yet", (page) => choose(page, "Ada", "Disable")],
  ["a user's link", "/users", "Has no password yet", (page) => choose(page, LONG, "Make a password link")],
  ["a user's end", "/users", "Has no password yet", (page) => choose(page, LONG, "Delete")],
  ["a new user", "/users", "Has no password yet", press("New user")],
  ["no such user", "/users?search=zz", "Nobody is like this"],
  ["settings", "/settings", "Data folder"],
  ["the audit log", "/audit-events", "Sign-in failed"],
  ["nothing in the audit log", "/audit-events?action=refresh.reused", "Nothing like this happened"],
];

test.each(Object.keys(SIZES))(
  "nobody stumbles on the pages of people, %s",
  async (size) => {
    const known = (await ada.get<{ items: ManagedUser[] }>("/v1/users?search=long@")).body.items;
    if (known.length === 0) {
      await ada.post<NewManagedUser>("/v1/users", { name: LONG, email: "long@example.com" });
      const scopes = ["agents:read", "sessions:read", "llm-providers:write"];
      await ada.post("/api/auth/api-keys", { name: LONG, scopes, expires_in_days: 1 });
      await server.post("/api/auth/login", { email: "ada@example.com", password: "wrong" });
    }
    await using page = await openPage(browser, `${server.url}/sign-in?error=oauth_state`, SIZES[size]);
    const findings: Record<string, unknown> = {};
    const look = async (name: string) => {
      const found = [...(await findingsOf(page)), ...((await isTooWide(page)) ? ["it can be pushed sideways"] : [])];
      if (found.length > 0) findings[name] = found;
    };
    await page.getByRole("alert").waitFor();
    await look("the sign-in");
    await press("Make an account")(page);
    await look("a new account");
    await page.goto(`${server.url}/reset-password?token=x`);
    await page.getByText("Choose a password").waitFor();
    await look("a new password");
    await page.request.post(`${server.url}/api/auth/login`, { data: { email: "ada@example.com", password: PASSWORD } });
    for (const [name, path, whole, act] of SIGHTS) {
      await page.goto(server.url + path);
      await page.locator("main").getByText(whole).first().waitFor();
      await act?.(page);
      await look(name);
    }
    expect(findings).toEqual({});
    expect([page.complaints, page.strangers]).toEqual([[], []]);
  },
  90_000,
);
