import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { openPage, say, startBrowser } from "../support/chromium";
import { builtExecutable, emptyFolder, type Server, serve } from "../support/executable";
import { fakeGitHub } from "../support/fake-github";
import { openIdProvider } from "../support/openid-provider";

let browser: Browser;
beforeAll(async () => {
  builtExecutable();
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close());

test("with accounts one makes the first, sets it up, chats, signs out and in again; a login that ran out is renewed unseen", async () => {
  using folder = emptyFolder();
  await using server = await serve(folder.path, { env: { AUTH_MODE: "full" } });
  await using page = await openPage(browser, server.url);

  await page.getByRole("button", { name: "Make an account" }).click();
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Password").fill("a long enough passphrase");
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.getByRole("button", { name: "Test and continue" }).click();
  await page.getByRole("button", { name: /^Assistant/ }).click();
  await say(page, "Hello");
  await page.getByText(/ in \/ /).waitFor();

  await page.context().clearCookies({ name: "access_token" });
  await say(page, "Are you still there?");
  await page
    .getByText(/ in \/ /)
    .nth(1)
    .waitFor();
  await page.context().clearCookies({ name: "access_token" });
  await page.reload();
  await page
    .getByText(/ in \/ /)
    .nth(1)
    .waitFor();

  await page.getByRole("button", { name: "Account of Ada" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Everruns" }).waitFor();
  expect(await page.getByText("Are you still there?").count()).toBe(0);
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Password").fill("not the passphrase");
  await page.getByRole("button", { name: "Sign in" }).click();
  expect(await page.getByRole("alert").textContent()).toContain("Invalid email or password");
  await page.getByLabel("Password").fill("a long enough passphrase");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Are you still there?").last().waitFor();
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 40_000);

const PASSPHRASE = "a long enough passphrase";
const portOf = ({ url }: { url: string }): number => Number(new URL(url).port);
const setupLinkOf = ({ banner }: Server): URL => new URL(/Set up +(\S+)/.exec(banner)![1]!);

async function fillIn(page: Page, fields: Record<string, string>, action: string): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.getByRole("button", { name: action, exact: true }).click();
}

/** Leaves by the menu of a page. */
async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Account of ${name}` }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Everruns" }).waitFor();
}

test("through Google and GitHub one comes in by a button, and back to where one wanted to go; what goes wrong is told in words", async () => {
  using folder = emptyFolder();
  using github = fakeGitHub();
  await using google = await openIdProvider({
    account: { sub: "g-1", email: "ada@example.com", email_verified: true, name: "Ada Lovelace" },
    redirectUri: "http://everruns.localhost/api/auth/callback/google",
  });
  const env = { AUTH_MODE: "full", AUTH_BASE_URL: "http://everruns.localhost", ...google.env, ...github.env };
  await using server = await serve(folder.path, { env });
  const there = await startBrowser({ "everruns.localhost": portOf(server) });
  try {
    await using page = await openPage(there, "http://everruns.localhost/capabilities?search=weather");
    await page.getByRole("link", { name: "Continue with Google" }).click();
    await page.getByRole("heading", { name: "Capabilities" }).waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/capabilities?search=weather");
    await signOut(page, "Ada Lovelace");

    await page.getByRole("link", { name: "Continue with GitHub" }).click();
    await page.getByRole("button", { name: "Account of Mona Lisa" }).waitFor();
    await signOut(page, "Mona Lisa");
    github.account = { ...github.account, id: 4712, emails: [{ email: "new@example.com", primary: true, verified: false }] };
    await page.getByRole("link", { name: "Continue with GitHub" }).click();
    await page.getByRole("alert").getByText("The provider has not verified the address").waitFor();
    // Whoever goes on is not followed by what went wrong.
    await page.getByRole("button", { name: "Make an account" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.goto("http://everruns.localhost/api/auth/callback/github?code=x&state=y");
    await page.getByRole("alert").getByText("That sign-in was not begun in this browser").waitFor();
    await page.goto("http://everruns.localhost/sign-in?error=%3Cb%3Ecall%20this%20number");
    await page.getByRole("alert").getByText("Signing in did not work. Try again.").waitFor();
    expect(page.complaints).toEqual([]);
  } finally {
    await there.close();
  }
}, 60_000);

test("the first admin comes by the link that the server printed, once; a link for a password works once too", async () => {
  using folder = emptyFolder();
  const env = { AUTH_MODE: "full", HOST: "127.1", AUTH_BASE_URL: "http://everruns.localhost" };
  await using server = await serve(folder.path, { env });
  const there = await startBrowser({ "everruns.localhost": portOf(server) });
  try {
    await using page = await openPage(there, "http://everruns.localhost/agents");
    await page.getByRole("heading", { name: "This server has no account yet" }).waitFor();
    const { href } = setupLinkOf(server);
    await page.goto(`${href}wrong`);
    const ada = { Name: "Ada", Email: "ada@example.com" };
    await fillIn(page, { ...ada, Password: PASSPHRASE }, "Make the account");
    await page.getByRole("alert").getByText("This setup link was used or has ended").waitFor();
    await page.goto(href);
    await fillIn(page, { ...ada, Password: "password123" }, "Make the account");
    await page.getByText(/^Is among those that are guessed first/).waitFor();
    await fillIn(page, { Password: PASSPHRASE }, "Make the account");
    await page.getByRole("heading", { name: "Welcome to Everruns" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    await page.getByRole("list", { name: "Steps" }).waitFor();

    const { reset } = await page.evaluate(
      async () =>
        (await (
          await fetch("/v1/users", {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ name: "Bob", email: "bob@example.com" }),
          })
        ).json()) as { reset: { reset_link: string } },
    );
    await using bob = await openPage(there, href);
    await bob.getByText("The first account was made already").waitFor();
    await bob.goto(reset.reset_link);
    await fillIn(bob, { "New password": "12345678" }, "Set the password");
    await bob.getByText(/^Is among those that are guessed first/).waitFor();
    await fillIn(bob, { "New password": PASSPHRASE }, "Set the password");
    await bob.getByText("Your password is set").waitFor();
    await bob.getByRole("link", { name: "To the sign-in" }).click();
    await fillIn(bob, { Email: "bob@example.com", Password: PASSPHRASE }, "Sign in");
    await bob.getByRole("button", { name: "Account of Bob" }).waitFor();
    await bob.goto(reset.reset_link);
    await fillIn(bob, { "New password": `${PASSPHRASE}!` }, "Set the password");
    await bob.getByRole("heading", { name: "This link has ended" }).waitFor();
    await bob.goto("http://everruns.localhost/reset-password");
    await bob.getByText("A part of the address is missing").waitFor();
    expect([page.complaints, bob.complaints]).toEqual([[], []]);
  } finally {
    await there.close();
  }
}, 60_000);

test("with one account there is nothing to make; who tries too often is told how long to wait", async () => {
  using folder = emptyFolder();
  const env = { AUTH_MODE: "admin", AUTH_ADMIN_EMAIL: "root@example.com", AUTH_ADMIN_PASSWORD: PASSPHRASE };
  await using server = await serve(folder.path, { env });
  await using page = await openPage(browser, `${server.url}/settings`);
  await page.getByRole("heading", { name: "Sign in to Everruns" }).waitFor();
  expect(await page.getByRole("button", { name: "Make an account" }).count()).toBe(0);
  for (let tries = 0; tries < 40; tries++) {
    const { status } = await server.post("/api/auth/login", { email: "stranger@example.com", password: "wrong" });
    if (status === 429) break;
  }
  await fillIn(page, { Email: "stranger@example.com", Password: "wrong" }, "Sign in");
  await page
    .getByRole("alert")
    .getByText(/Too many tries to sign in: wait \d+ seconds?/)
    .waitFor();
  await fillIn(page, { Email: "root@example.com", Password: PASSPHRASE }, "Sign in");
  await page.getByText("The only account here").waitFor();
  expect(new URL(page.url()).pathname).toBe("/settings");
  await page.goto(`${server.url}/users`);
  await page.getByText("This server runs with one account").waitFor();
  expect(await page.getByRole("button", { name: "New user" }).count()).toBe(0);
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 40_000);
