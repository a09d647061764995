import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Cookie } from "playwright-core";
import { openPage, say, startBrowser } from "../support/chromium";
import { readStream } from "../support/client";
import { builtExecutable, emptyFolder, serve } from "../support/executable";
import { createNginx, PUBLIC_NAME } from "../support/nginx";
import { rawHttp } from "../support/raw-http";

let browser: Browser;
beforeAll(async () => {
  builtExecutable();
  browser = await startBrowser({ [PUBLIC_NAME]: null });
}, 60_000);
afterAll(() => browser.close());

const PASSWORD = "a long enough passphrase";

const shown = (cookies: readonly Cookie[]) =>
  cookies.map(({ name, path, httpOnly, secure, sameSite }) => [name, path, httpOnly, secure, sameSite]).toSorted();

/** The cookies of a login, as the browser keeps them. */
const kept = (isSecure: boolean) => [
  ["access_token", "/", true, isSecure, "Lax"],
  ["refresh_token", "/api/auth", true, isSecure, "Strict"],
];

test("over https behind nginx one makes the first account with the printed link, chats, and is let in by the right cookies", async () => {
  using folder = emptyFolder();
  await using nginx = createNginx();
  await using server = await serve(folder.path, { env: { AUTH_MODE: "full", AUTH_BASE_URL: nginx.url, TRUST_PROXY: "1" } });
  await nginx.forwardTo(server.url.replace("localhost", "127.0.0.1"));
  const link = /^ +Set up +(\S+)$/m.exec(server.banner)![1]!;
  expect(link).toStartWith(`${nginx.url}/setup?token=`);

  await using page = await openPage(browser, link, { ignoreHTTPSErrors: true });
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.getByRole("button", { name: "Test and continue" }).click();
  await page.getByRole("button", { name: /^Assistant/ }).click();
  await say(page, "Hello");
  await page.getByText(/ in \/ /).waitFor();
  const cookies = await page.context().cookies(`${nginx.url}/api/auth/refresh`);
  expect(shown(cookies)).toEqual(kept(true));
  expect([page.complaints, page.strangers]).toEqual([[], []]);

  const headers = { cookie: `access_token=${cookies.find(({ name }) => name === "access_token")!.value}`, origin: nginx.url };
  await streamsAtOnce(nginx, headers, new URL(page.url()).pathname.split("/").at(-1)!);
  const audit = await through(nginx, "/v1/audit-events?action=setup_link.used", { headers });
  const secure = [audit.status, audit.headers.get("strict-transport-security")];
  expect(secure).toEqual([200, "max-age=31536000"]);
  expect(
    (await through(nginx, "/v1/agents", { method: "POST", body: "{}", headers: { ...headers, origin: "https://evil.example" } })).status,
  ).toBe(403);
  expect((await rawHttp(`http://127.0.0.1:${nginx.port}`, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).status).toBe(400);
}, 60_000);

type Nginx = ReturnType<typeof createNginx>;

/** As a client that looks its name up would call it. */
const through = ({ port, authority }: Nginx, path: string, init: RequestInit & { headers: Record<string, string> }) =>
  fetch(`https://127.0.0.1:${port}${path}`, {
    ...init,
    headers: { "content-type": "application/json", ...init.headers, host: `${PUBLIC_NAME}:${port}` },
    tls: { ca: authority, serverName: PUBLIC_NAME },
  });

/** What a model says comes while it says it: the first words of a turn that has not ended. */
async function streamsAtOnce(nginx: Nginx, headers: Record<string, string>, sessionId: string): Promise<void> {
  const stop = new AbortController();
  const stream = await through(nginx, `/v1/sessions/${sessionId}/events?types=message.delta`, { headers, signal: stop.signal });
  expect([stream.status, stream.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  const content = '```simulate\n[{"text": "the first words", "hang": true}]\n```';
  const said = await through(nginx, `/v1/sessions/${sessionId}/messages`, {
    method: "POST",
    headers,
    body: JSON.stringify({ message: { content } }),
  });
  expect(said.status).toBe(201);
  for await (const { type } of readStream(stream)) if (type === "message.delta") break;
  stop.abort();
}

test("over plain http on this machine the cookies are the same, but for what only https can keep", async () => {
  using folder = emptyFolder();
  await using server = await serve(folder.path, { env: { AUTH_MODE: "full" } });
  await server.post("/api/auth/register", { email: "ada@example.com", password: PASSWORD, name: "Ada" });
  await using page = await openPage(browser, server.url);
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page
    .getByRole("button", { name: "Account of Ada" })
    .or(page.getByRole("button", { name: "Test and continue" }))
    .first()
    .waitFor();
  expect(shown(await page.context().cookies(`${server.url}/api/auth/refresh`))).toEqual(kept(false));
  expect(page.complaints).toEqual([]);
}, 40_000);
