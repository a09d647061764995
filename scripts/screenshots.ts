/**
 * Makes the pictures of the page in `docs/screenshots`: `bun run screenshots`. Starts the executable in an empty folder with a model that answers as it was
 * told, fills it with what a person would have after a few days, and looks at it by day and by night, at a desk and on a phone. Needs Chromium.
 */
import { Database as Sqlite } from "bun:sqlite";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { startBrowser } from "../test/support/chromium";
import { endsTurn } from "../test/support/client";
import { serve } from "../test/support/executable";
import { addUsage } from "../test/support/many-rows";
import { type StagedStep, stageModel } from "./stage-model";

const FOLDER = join(import.meta.dir, "../docs/screenshots");
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

type Picture = { name: string; path: string; onPhone?: boolean; press?: string };

const home = mkdtempSync(join(tmpdir(), "everruns-screenshots-"));
let server = await serve(home);
const browser = await startBrowser();
const stage = stageModel();
mkdirSync(FOLDER, { recursive: true });
try {
  await take(browser, [{ name: "first-run", path: "/", onPhone: true }]);
  const { chat, agent, agents, waiting } = await furnish();
  await server.end();
  haveUsed(agents);
  server = await serve(home);
  await take(browser, [
    { name: "home", path: "/", onPhone: true },
    { name: "chat", path: `/sessions/${chat}`, onPhone: true },
    { name: "trace", path: `/sessions/${chat}?trace=true`, onPhone: true },
    { name: "files", path: `/sessions/${chat}?files=true&file=/sales.csv` },
    { name: "approval", path: `/sessions/${waiting}`, onPhone: true },
    { name: "agents", path: "/agents", onPhone: true },
    { name: "agent", path: `/agents/${agent}` },
    { name: "capabilities", path: "/capabilities" },
    { name: "providers", path: "/providers" },
    { name: "approvals", path: "/approvals", onPhone: true },
    { name: "sessions", path: "/sessions" },
    { name: "usage", path: "/usage", onPhone: true },
  ]);
} finally {
  await browser.close();
  stage[Symbol.dispose]();
  await server.end();
  rmSync(home, { recursive: true, force: true });
}

async function take(from: Browser, pictures: readonly Picture[]): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [device, viewport] of [
      ["desk", DESK],
      ["phone", PHONE],
    ] as const) {
      const context = await from.newContext({
        viewport,
        colorScheme,
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      for (const { name, path, onPhone = false } of pictures) {
        if (device === "phone" && !onPhone) continue;
        await page.goto(server.url + path, { waitUntil: "networkidle", timeout: 10_000 }).catch(() => {});
        await page.waitForTimeout(500);
        await page.screenshot({
          path: join(FOLDER, `${name}-${colorScheme}${device === "phone" ? "-phone" : ""}.png`),
        });
      }
      await context.close();
    }
  }
}

/** Agents, conversations, files, a question that waits. */
async function furnish(): Promise<{ chat: string; agent: string; agents: string[]; waiting: string }> {
  const api = server;
  const given = { name: "OpenAI", provider_type: "openai", base_url: stage.url, api_key: "sk-staged", is_default: true };
  const { body: provider } = await api.post<{ id: string }>("/v1/llm-providers", given);
  await api.post(`/v1/llm-providers/${provider.id}/models`, { model_id: "gpt-5", display_name: "GPT-5", is_default: true });
  const analyst = await api.createAgent({
    name: "Analyst",
    description: "Reads figures, runs code, writes short reports",
    system_prompt: "You are a careful analyst. Show your figures.",
    capabilities: ["file_system", "sandbox", "current_time"],
    tags: ["work"],
  });
  const researcher = await api.createAgent({
    name: "Researcher",
    description: "Searches, reads and cites",
    system_prompt: "You research questions and cite your sources.",
    capabilities: ["research", "file_system"],
    tags: ["work"],
  });
  const helper = await api.createAgent({
    name: "Household",
    description: "Lists, plans and reminders",
    system_prompt: "You keep the household running.",
    capabilities: ["stateless_todo_list", "current_time", "file_system"],
    tool_policies: { write_file: "requires_approval" },
  });

  for (const [agent, words, text] of [
    [helper, "What can I cook with leeks and potatoes?", "A soup, a gratin, or both in a pie. Which do you feel like?"],
    [
      analyst,
      "Explain the difference between median and mean",
      "The **median** is the one in the middle; the **mean** is pulled by the ends.",
    ],
    [researcher, "Who first measured the speed of light?", "Ole Rømer, in 1676, from the moons of Jupiter."],
    [analyst, "Turn the invoices of October into a table", "Send me the files, and I will."],
    [helper, "Remind me what is in the freezer", "Peas, two loaves of bread, and the soup of last Sunday."],
  ] as const)
    await say(await api.createSession(agent.id), words, [{ text }]);

  const chat = await api.createSession(analyst.id, { title: "Which month was the best?" });
  await api.call("PUT", `${chat.path}/fs/sales.csv`, { content: "month,revenue\n2026-08,41200\n2026-09,38900\n2026-10,47150\n" });
  await say(chat, "Which month in sales.csv was the best, and by how much?", [
    {
      reasoning: "I should read the file and compute the difference to the second best month.",
      call: [{ name: "read_file", arguments: { path: "/sales.csv" } }],
    },
    {
      call: [
        {
          name: "execute_code",
          arguments: {
            language: "javascript",
            code: 'const rows = require("fs")\n  .readFileSync("/sales.csv", "utf8")\n  .trim()\n  .split("\\n")\n  .slice(1)\n  .map((row) => row.split(","));\nrows.sort((a, b) => b[1] - a[1]);\n({ best: rows[0][0], ahead: rows[0][1] - rows[1][1] });',
          },
        },
      ],
    },
    {
      text: "**October 2026** was the best month, €5,950 ahead of August.\n\n| Month | Revenue | To the best |\n| --- | ---: | ---: |\n| October | €47,150 | |\n| August | €41,200 | −€5,950 |\n| September | €38,900 | −€8,250 |\n\nThe same in a line of shell:\n\n```sh\ntail -n +2 sales.csv | sort -t, -k2 -nr | head -1\n```\n",
    },
  ]);
  const read = await api.createSession(researcher.id, { title: "Heat pumps in old houses" });
  await say(read, "What do heat pumps need in houses from before 1950?", [
    { text: "Three things matter: **flow temperature**, insulation and radiators." },
  ]);
  const list = await api.createSession(helper.id, { title: "Saturday" });
  const waiting = await api.say(
    list,
    stage.play("Please write the shopping list for Saturday.", [
      { call: [{ name: "write_file", arguments: { path: "/lists/saturday.md", content: "- Bread\n- Apples\n- Coffee\n" } }] },
    ]),
  );
  await api.follow(list, ({ type, data }) => type === "approval.requested" && data.turn_id === waiting.turn_id);
  return { chat: chat.id, agent: analyst.id, agents: [analyst.id, researcher.id, helper.id], waiting: list.id };

  async function say(session: { path: string }, words: string, steps: readonly StagedStep[]): Promise<void> {
    const { turn_id } = await api.say(session, stage.play(words, steps));
    await api.follow(session, endsTurn(turn_id));
  }
}

/** A month in which the agents were used on most days; the same month at every run. */
function haveUsed(agents: readonly string[]): void {
  const models = [
    { model: "Anthropic/claude-opus-4-5", usdPerToken: 9e-6 },
    { model: "OpenAI/gpt-5.2", usdPerToken: 3e-6 },
    { model: "Ollama/qwen3:32b", usdPerToken: null },
  ];
  const wave = (day: number, which: number) => 1 + Math.sin(day * 1.7 + which) * Math.cos(day * 0.6 - which);
  const used = Array.from({ length: 30 }, (_, day) => 29 - day)
    .filter((daysAgo) => daysAgo % 7 !== 3)
    .flatMap((daysAgo) =>
      agents.map((agentId, which) => {
        const { model, usdPerToken } = models[which]!;
        const tokens = Math.round(120_000 * wave(daysAgo, which));
        const costUsd = usdPerToken === null ? null : tokens * usdPerToken;
        return { daysAgo, agentId, model, tokens, costUsd, turns: Math.ceil(tokens / 9000), failures: tokens % 11 === 0 ? 1 : 0 };
      }),
    );
  using sqlite = new Sqlite(join(home, "data/everruns.db"));
  addUsage(sqlite, used);
}
