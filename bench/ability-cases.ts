import type { Database as Sqlite } from "bun:sqlite";
import { simulate } from "../test/promises/site";
import { type Client, endsTurn } from "../test/support/client";
import { hostileMcpServer } from "./hostile-mcp-server";
import { hostilePages } from "./hostile-pages";
import { addTree, type Case, edit, type Given } from "./lag-cases";

type Call = { name: string; arguments: object };

/** An agent with one capability calls a tool. Answers 200, or 500 where the call has not ended in the words of the tool. */
async function callTool({ client, talk }: { client: Client; talk: { path: string } }, call: Call): Promise<number> {
  const message = await client.say(talk, simulate({ call: [call], delay_ms: 0 }, { text: "done", delay_ms: 0 }));
  const events = await client.follow(talk, endsTurn(message.turn_id));
  const end = events.findLast(({ type }) => type === "tool.completed");
  return events.at(-1)!.type === "turn.completed" && !String(end?.data.error).includes("internal error") ? 200 : 500;
}

const talkTo = async ({ client }: Given, capability: string) => ({
  client,
  talk: await client.createSession((await client.createAgent({ capabilities: [capability] })).id),
});

const code = (language: string, text: string): Call => ({
  name: "execute_code",
  arguments: { language, code: text, timeout_seconds: 5 },
});

const program = (name: string, language: string, text: string): Case => ({
  name: `a program: ${name}`,
  act: async (given) => [await callTool(await talkTo(given, "sandbox"), code(language, text))],
});

/** 100 files of 1 MB, of lines that look like a log. */
const addLogs = edit((sqlite: Sqlite, sessionId) => {
  const now = Date.now();
  const line = (n: number) => `2026-11-25T10:00:00 worker-${n % 97} request ${n} took ${n % 1000} ms and answered ${200 + (n % 5)}\n`;
  const content = sqlite.query("INSERT INTO file_contents (hash, size_bytes, is_text, bytes) VALUES (?, ?, 1, ?)");
  const file = sqlite.query(
    `INSERT INTO files (session_id, path, since, until, id, parent, is_directory, is_readonly, size_bytes, hash, created_at, updated_at)
     VALUES (?, ?, 1, NULL, ?, '/', 0, 0, ?, ?, ${now}, ${now})`,
  );
  for (let n = 0; n < 100; n++) {
    let text = `needle-${n}\n`;
    for (let at = n * 100_000; text.length < 1_000_000; at++) text += line(at);
    const bytes = Buffer.from(text);
    const hash = String(n).padStart(64, "0");
    content.run(hash, bytes.length, bytes);
    file.run(sessionId, `/log-${n}.txt`, `log-${n}`, bytes.length, hash);
  }
});

const grep = (name: string, pattern: string): Case => ({
  name: `grep over 100 MB: ${name}`,
  prepare: addLogs,
  act: async ({ client, talk }) => [(await client.post(`${talk.path}/fs/_/grep`, { pattern })).status],
});

const tree = edit((sqlite, id) => addTree(sqlite, id));
const inTree = (name: string, call: Call): Case => ({
  name: `10,000 files, a turn: ${name}`,
  prepare: tree,
  act: async (given) => {
    await given.client.call("PATCH", `/v1/agents/${given.agentId}`, { capabilities: ["file_system", "sandbox"] });
    return [await callTool(given, call)];
  },
});

export const ABILITY_CASES: readonly Case[] = [
  grep("a word that is nowhere", "nowhere-at-all"),
  grep("a word, 100 times", "needle-"),
  grep("a pattern with a word in it", "needle-[0-9]+$"),
  grep("a pattern without a word", "[a-z]+-[0-9]+ took$"),
  grep("a costly pattern", "(.*)(x|y|z)(.*)([0-9]{20})"),
  inTree("list", { name: "list_directory", arguments: { path: "/tree" } }),
  inTree("glob", { name: "glob_files", arguments: { pattern: "**/*1" } }),
  inTree("grep", { name: "grep_files", arguments: { pattern: "0{4}99" } }),
  inTree("a program that reads them", code("shell", "ls /tree | wc -l")),
  program(
    "writes 1,000 files",
    "javascript",
    "const fs = require('fs'); for (let n = 0; n < 1000; n++) fs.writeFileSync('/f' + n, 'x' + n)",
  ),
  program(
    "writes 40 MB",
    "javascript",
    "const fs = require('fs'); for (let n = 0; n < 5; n++) fs.writeFileSync('/f' + n, String(n).repeat(8e6))",
  ),
  program("an endless loop", "javascript", "while (true);"),
  program("takes all memory", "javascript", "const all = []; while (true) all.push(new Array(1e6).fill(7))"),
  program("a pattern that explodes", "javascript", "/^(a+)+$/.test('a'.repeat(40) + '!')"),
  program("prints without end", "javascript", "while (true) console.log('x'.repeat(1000))"),
  program("forks without end", "shell", ":(){ :|:& };:"),
  program("an archive of 1 GB in 1 MB (gzip)", "shell", "head -c 1000000000 /dev/zero | gzip > bomb.gz; gunzip -c bomb.gz | wc -c"),
  program(
    "an archive that unpacks into itself (tar)",
    "shell",
    "head -c 9000000 /dev/zero > a; for n in 1 2 3 4 5 6 7; do tar czf b.tgz a a a a; tar xzf b.tgz; cat a a a a > c; mv c a; done",
  ),
  ...hostilePages.map(
    ({ name, path, env, start }): Case => ({
      name: `a page: ${name}`,
      env,
      act: async (given) => {
        using server = start();
        return [await callTool(await talkTo(given, "web_fetch"), { name: "web_fetch", arguments: { url: server.url + path } })];
      },
    }),
  ),
  ...(["much", "deep", "wide", "tools", "pages", "pattern"] as const).map(
    (what): Case => ({
      name: `an MCP server: ${what}`,
      act: async (given) => {
        using server = hostileMcpServer(what);
        const { body } = await given.client.post<{ id: string }>("/v1/mcp-servers", { name: "bad", url: server.url });
        const tested = await given.client.post<{ ok: boolean }>(`/v1/mcp-servers/${body.id}/test`, {});
        if (!tested.body.ok) return [tested.status];
        return [await callTool(await talkTo(given, "mcp:bad"), { name: "bad__run", arguments: {} })];
      },
    }),
  ),
];
