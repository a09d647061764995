import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { LlmProvider } from "@/domain/llm-provider";
import type { McpServer } from "@/domain/mcp-server";
import { startMcpServer } from "../mcp/mcp-server";
import { findingsOf, isTooWide, SIZES } from "../support/axe";
import { openPage, startBrowser } from "../support/chromium";
import { type Server, serve } from "../support/executable";

const folder = mkdtempSync(join(tmpdir(), "everruns-ui-setup-axe-"));
const mcp = startMcpServer();
let browser: Browser;
let server: Server;
let at: { agent: string; mcpServer: string; provider: string };

const LONG = "Averylongwordwithoutanyplacetobreakit".repeat(5);

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), serve(folder, { env: { DEFAULT_ANTHROPIC_API_KEY: "sk-x" } })]);
  const { body: gone } = await server.post<McpServer>("/v1/mcp-servers", { name: "gone", url: mcp.url });
  await server.post(`/v1/mcp-servers/${gone.id}/test`, {});
  const agent = await server.createAgent({
    name: LONG,
    description: LONG.repeat(3),
    system_prompt: `${LONG}\n\nBe kind.`,
    capabilities: ["current_time", "test_math", "mcp:gone"],
    tags: ["a", "b", "c", "d", "e", LONG.slice(0, 64)],
    visibility: "shared",
  });
  await server.call("PATCH", `/v1/agents/${agent.id}`, { system_prompt: `${LONG} more\n\nBe kind and brief.` });
  await server.call("DELETE", `/v1/mcp-servers/${gone.id}`);
  await server.createSession(agent.id, { title: `About ${LONG}` });
  const { body: loud } = await server.post<McpServer>("/v1/mcp-servers", { name: "loud", url: mcp.url, headers: { Authorization: "x" } });
  await server.post(`/v1/mcp-servers/${loud.id}/test`, {});
  mcp.change(`Says it louder ${LONG}`);
  await server.post(`/v1/mcp-servers/${loud.id}/test`, {});
  const { body: broken } = await server.post<McpServer>("/v1/mcp-servers", { name: "broken", url: `http://127.0.0.1:9/${LONG}` });
  await server.post(`/v1/mcp-servers/${broken.id}/test`, {});
  await server.post("/v1/llm-providers", {
    name: LONG,
    provider_type: "custom",
    base_url: `http://127.0.0.1:9/${LONG}`,
    status: "disabled",
  });
  await server.call("PUT", "/v1/web-search", { engine: "brave", api_key: "x" });
  const provider = (await server.get<LlmProvider[]>("/v1/llm-providers")).body.find(({ provider_type }) => provider_type === "anthropic")!;
  at = { agent: agent.id, mcpServer: loud.id, provider: provider.id };
}, 60_000);
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
  await mcp[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();

/** Each page at its fullest: where it is, what is there once it is whole, and what is unfolded on it. */
const SIGHTS: [name: string, path: () => string, whole: string | RegExp, act?: (page: Page) => Promise<unknown>][] = [
  ["agents", () => "/agents", /Shared/],
  ["no such agents", () => "/agents?search=zz", "No agent is like this"],
  ["the import", () => "/agents", /Shared/, press("Import")],
  ["a new agent", () => "/agents/new", "Like Researcher"],
  ["an agent", () => `/agents/${at.agent}`, "Not here any more", press("Add a capability")],
  ["an agent's versions", () => `/agents/${at.agent}/versions`, /The first version/, press(/^Version 2/)],
  ["an agent's chats", () => `/agents/${at.agent}/chats`, /^About Avery/],
  ["capabilities", () => "/capabilities", "From MCP servers", press(/Test Math/)],
  ["MCP servers", () => "/mcp-servers", "Changed tools wait for you"],
  ["an MCP server", () => `/mcp-servers/${at.mcpServer}`, "Offered now", press("Replace them")],
  ["a new MCP server", () => "/mcp-servers/new", "Where it speaks streamable HTTP.", press("Add a header")],
  ["providers", () => "/providers", "Default model"],
  ["a provider", () => `/providers/${at.provider}`, /Claude/, press(/^More for/)],
  ["a provider as code", () => `/providers/${at.provider}`, /Claude/, press("As code")],
  ["a new provider", () => "/providers/new", "Leave it empty for the usual one."],
  ["web search", () => "/web-search", "Search once"],
];

test.each(Object.keys(SIZES))(
  "nobody stumbles on the pages where things are set up, %s",
  async (size) => {
    await using page = await openPage(browser, `${server.url}/agents`, SIZES[size]);
    const findings: Record<string, unknown> = {};
    for (const [name, path, whole, act] of SIGHTS) {
      await page.goto(server.url + path());
      await page.locator("main").getByText(whole).first().waitFor();
      await act?.(page);
      const found = [...(await findingsOf(page)), ...((await isTooWide(page)) ? ["it can be pushed sideways"] : [])];
      if (found.length > 0) findings[name] = found;
    }
    expect(findings).toEqual({});
    expect([page.complaints, page.strangers]).toEqual([[], []]);
  },
  90_000,
);
