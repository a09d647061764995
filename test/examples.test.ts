import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MCPMock } from "@copilotkit/aimock/mcp";
import { type Server, serve } from "./support/executable";

const EXAMPLES = join(import.meta.dir, "../docs/examples");
const folder = mkdtempSync(join(tmpdir(), "everruns-examples-"));

/** A page, and a search engine that finds it. */
const web = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { origin, pathname } = new URL(request.url);
    if (pathname === "/search") return Response.json({ results: [{ title: "Example", url: `${origin}/page`, content: "an example" }] });
    return new Response("<title>Example</title><main><h1>Example Domain</h1></main>", { headers: { "content-type": "text/html" } });
  },
});
const mcp = new MCPMock().addTool({
  name: "echo",
  description: "Says it again",
  inputSchema: { type: "object", properties: { message: { type: "string" } } },
});
mcp.onToolCall("echo", (given) => `Echo: ${(given as { message: string }).message}`);

let server: Server;
let variables: Record<string, string>;

beforeAll(async () => {
  mkdirSync(join(folder, "data/skills/invoices"), { recursive: true });
  const skill = "---\nname: invoices\ndescription: Writes invoices.\n---\nAlways name the VAT. The rates are in rates.md.\n";
  writeFileSync(join(folder, "data/skills/invoices/SKILL.md"), skill);
  writeFileSync(join(folder, "data/skills/invoices/rates.md"), "19 %");
  const here = `127.0.0.1:${web.port}`;
  server = await serve(folder, { env: { OUTBOUND_PRIVATE_HOSTS: here } });
  variables = { BASE_URL: server.url, PAGE_URL: `http://${here}/page`, SEARCH_URL: `http://${here}`, MCP_URL: await mcp.start() };
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await Promise.all([web.stop(true), mcp.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** What each one shows, in this order. */
const SHOWN: Record<string, RegExp> = {
  "agent-files": /"agent_version":1\n"agent_version":2\n---\nname: Greeter\n.*Greet whoever comes, politely\./s,
  "agents-as-tools": /^ask_translator .*"status":"ok","result":"[^"]*42.*"name":"Manager"/s,
  approvals: /^approve\napprove\nas a person wants it\nno more questions$/,
  "client-tool": /"answered":.*\nread_thermometer .*"status":"ok","result":\{"degrees":21\}/s,
  code: /"stdout":"1\\n2\\n3\\n".*"result":6.*ran for too long/s,
  files:
    /^grep_files .*buy bread.*\nedit_file .*"status":"ok".*\nlist_directory .*todo\.txt.*\nbuy milk\\ncall Grace\\nbuy bread\\n\n.*"path":"\/notes\/todo\.txt"/s,
  "http-tool": /"status":"ok","result":\{"id":"test_math".*"status":"error".*The service answered 404/s,
  "long-context": /^(read_file .*\n){4}"tokens_before":\d+\n"tokens_after":\d+\n"total":\d+$/,
  "mcp-server": /^The server offers 1 tool\n.*"result":"Echo: hello"/s,
  research: /^web_search .*"title":"Example".*\nread_page .*\ntake_note .*\nread_notes .*# Notes.*The domain is for examples\./s,
  skills: /^Writes invoices\.\n.*Always name the VAT.*19 %/s,
  "small-tools": /"status":"error".*"result":42.*\nget_current_time .*Tokyo.*\nget_forecast .*\nwrite_todos/s,
  "web-fetch": /# Example Domain.*"status":"error"/s,
};

test("each example has its test", () => {
  const scripts = readdirSync(EXAMPLES).filter((name) => !["lib.sh", "first-session.sh"].includes(name));
  expect(scripts.map((name) => name.replace(".sh", "")).sort()).toEqual(Object.keys(SHOWN).sort());
});

test.concurrent.each(Object.entries(SHOWN))(
  "%s shows what it says",
  async (name, shown) => {
    const bash = Bun.spawn(["bash", join(EXAMPLES, `${name}.sh`)], {
      env: { PATH: process.env.PATH, ...variables },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [exitCode, stdout, stderr] = await Promise.all([bash.exited, new Response(bash.stdout).text(), new Response(bash.stderr).text()]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    // Calls that run side by side end in any order.
    const lines = name === "small-tools" ? stdout.split("\n").sort().join("\n") : stdout;
    expect(lines.trim()).toMatch(shown);
  },
  30_000,
);
