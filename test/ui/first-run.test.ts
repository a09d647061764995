import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { openPage, startBrowser } from "../support/chromium";
import { builtExecutable, emptyFolder, serve } from "../support/executable";

let browser: Browser;
beforeAll(async () => {
  builtExecutable();
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close());

test("from an empty folder to a first answer: a model, an agent, a message", async () => {
  using folder = emptyFolder();
  await using server = await serve(folder.path);
  await using page = await openPage(browser, server.url);

  await page.getByRole("radio", { name: /Demo/ }).waitFor();
  expect(await page.getByRole("radio", { name: /Demo/ }).isChecked()).toBe(true);
  await page.getByRole("button", { name: "Test and continue" }).click();
  await page.getByText("The model simulated-1 answers.").waitFor();
  await page.getByRole("button", { name: /^Assistant/ }).click();
  await page.getByRole("list", { name: "Suggestions" }).getByRole("button", { name: "What time is it in Tokyo?" }).click();

  await page.getByRole("region", { name: "Tool get_current_time" }).waitFor();
  await page.getByText(/^\d.* s? ?· [\d,]+ in \/ [\d,]+ out · \$0$/).waitFor();
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("What time is it in Tokyo?");
  expect(await page.getByRole("link", { name: /What time is it in Tokyo/ }).count()).toBe(1);
  expect([page.complaints, page.strangers]).toEqual([[], []]);
}, 30_000);

test("a key from the environment and a running Ollama are offered, and what a provider refuses is said in its words", async () => {
  await using ollama = fakeOllama(["llama3.2:3b"]);
  using folder = emptyFolder();
  await using server = await serve(folder.path, { env: { OLLAMA_HOST: `127.0.0.1:${ollama.port}`, DEFAULT_ANTHROPIC_API_KEY: "sk-x" } });
  await using page = await openPage(browser, `${server.url}/agents`);
  const answers = { ok: true, message: "The model claude answers." };
  await page.route("**/v1/llm-providers/*/test", (route) => route.fulfill({ json: answers }), { times: 1 });
  await page.goto(server.url);

  // What is at hand is chosen, and asked for a word before anything is pressed.
  await page.getByText("The model claude answers.").waitFor();
  await page.getByRole("radio", { name: /Anthropic Its key is here already/ }).waitFor();
  expect(await page.getByRole("radio", { name: /Anthropic/ }).isChecked()).toBe(true);
  await page.getByRole("radio", { name: /OpenAI With an API key/ }).check();
  expect(await page.getByRole("button", { name: "Test and continue" }).isDisabled()).toBe(true);

  await page.getByRole("radio", { name: /Another provider/ }).check();
  await page.getByLabel("Address").fill(`http://127.0.0.1:${ollama.port}/nowhere`);
  await page.getByRole("button", { name: "Test and continue" }).click();
  await page.getByRole("alert").waitFor();

  await page.getByRole("radio", { name: /Ollama, on this machine Runs with llama3.2:3b/ }).check();
  await page.getByRole("button", { name: "Test and continue" }).click();
  await page.getByText("The model llama3.2:3b answers.").waitFor();
  const providers = (await server.get<{ name: string; is_default: boolean }[]>("/v1/llm-providers")).body;
  expect(providers.find(({ is_default }) => is_default)?.name).toBe("Ollama");
}, 30_000);

/** As much of Ollama as is asked: its own list, and one word over OpenAI's protocol. */
function fakeOllama(models: string[]) {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/api/tags") return Response.json({ models: models.map((name) => ({ name })) });
      if (pathname === "/v1/models") return Response.json({ object: "list", data: models.map((id) => ({ id, object: "model" })) });
      if (pathname !== "/v1/chat/completions") return Response.json({ error: { message: "no such path" } }, { status: 404 });
      const chunk = (choice: object) =>
        `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] })}\n\n`;
      return new Response(`${chunk({ delta: { content: "ok" } })}${chunk({ delta: {}, finish_reason: "stop" })}data: [DONE]\n\n`, {
        headers: { "content-type": "text/event-stream" },
      });
    },
  });
  return { port: server.port!, [Symbol.asyncDispose]: () => server.stop(true) };
}
