import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Debian's Chromium, where `.ci/run` puts it. One for each file of tests: `const browser = await startBrowser()`. `hosts` are names with the
 * port of this machine that stands behind each: `{ "everruns.localhost": 41233 }` makes http://everruns.localhost that server; a port of null
 * is whatever port is asked for.
 */
export function startBrowser(hosts: Record<string, number | null> = {}): Promise<Browser> {
  const rules = Object.entries(hosts).map(([name, port]) => (port === null ? `MAP ${name} 127.0.0.1` : `MAP ${name}:80 127.0.0.1:${port}`));
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [...FLAGS, ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(",")}`] : [])],
  });
}

export type OpenPage = Page & {
  /** What the page complained of: errors that nobody caught, and lines of the console that are errors. */
  complaints: string[];
  /** Addresses of other origins that it asked for. */
  strangers: string[];
  [Symbol.asyncDispose](): Promise<void>;
};

/** A page of its own, with nothing kept from others, at an address of the server: `await using page = await openPage(browser, server.url)`. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const strangers: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // A browser notes every refused request; what the page makes of it is what is tested.
    if (message.type() === "error" && !/Failed to load resource|net::ERR_/.test(message.text())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin) strangers.push(request.url());
  });
  await page.goto(url);
  return Object.assign(page, { complaints, strangers, [Symbol.asyncDispose]: () => context.close() });
}

/** A message that makes the simulated model do these steps; `words` is what a person reads of it. */
export const scripted = (words: string, steps: readonly object[]): string => `${words}\n\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;

/** The last answer of a chat, without the question. */
export const lastAnswer = (page: Page): Locator => page.getByRole("region", { name: "Answer" }).last();

/** Opens all that is folded away on the page, menus left out. */
export async function unfold(page: Page): Promise<void> {
  const folded = page.locator("main button[aria-expanded=false]:not([aria-haspopup])");
  while ((await folded.count()) > 0) await folded.first().click();
}

/** Writes into the composer and sends. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message", exact: true }).fill(text);
  await page.keyboard.press("Enter");
}
