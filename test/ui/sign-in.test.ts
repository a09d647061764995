import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { openPage, say, startBrowser } from "../support/chromium";
import { builtExecutable, emptyFolder, serve } from "../support/executable";

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
