import { defineCommand } from "citty";
import type { Agent } from "@/domain/agent";
import { AppError } from "@/platform/app-error";
import { CONNECTION, connect } from "./client/connection";
import { print, printJson, printRows, say } from "./client/output";
import { getAgent, listAll } from "./client/places";

const agent = { type: "positional", required: true, description: "name or id of the agent" } as const;

const list = defineCommand({
  meta: { name: "list", description: "List the agents, newest first" },
  args: { search: { type: "string", description: "only those with these words" }, ...CONNECTION },
  async run({ args }) {
    const words = args.search === undefined ? "" : `?search=${encodeURIComponent(args.search)}`;
    const agents = await listAll<Agent>(connect(args), `/v1/agents${words}`);
    if (args.json) return printJson(agents);
    printRows(agents.map(({ id, name, capabilities }) => [id, name, capabilities.join(",")]));
  },
});

const get = defineCommand({
  meta: { name: "get", description: "Print an agent as JSON" },
  args: { agent, ...CONNECTION },
  run: async ({ args }) => printJson(await getAgent(connect(args), args.agent)),
});

const exportAgent = defineCommand({
  meta: { name: "export", description: "Print an agent as Markdown with front matter" },
  args: { agent, ...CONNECTION },
  async run({ args }) {
    const api = connect(args);
    const { id } = await getAgent(api, args.agent);
    print(await api.text(`/v1/agents/${id}/export`));
  },
});

const apply = defineCommand({
  meta: { name: "apply", description: "Make an agent from a Markdown file, or change one with it" },
  args: {
    file: { type: "positional", required: true, description: "the file; - reads stdin" },
    agent: { type: "string", alias: "a", description: "name or id of the agent to change; else a new one is made" },
    ...CONNECTION,
  },
  async run({ args }) {
    const api = connect(args);
    const markdown = await readText(args.file);
    const known = args.agent === undefined ? undefined : await getAgent(api, args.agent);
    const made = await api.post<Agent>("/v1/agent-files", { markdown, ...(known ? { agent_id: known.id } : {}) });
    if (args.json) return printJson(made);
    print(made.id);
    say(`${known ? "Changed" : "Made"} ${JSON.stringify(made.name)}.`);
  },
});

const remove = defineCommand({
  meta: { name: "delete", description: "Archive an agent: its sessions stay, new ones can't be opened" },
  args: { agent, ...CONNECTION },
  async run({ args }) {
    const api = connect(args);
    const { id, name } = await getAgent(api, args.agent);
    await api.remove(`/v1/agents/${id}`);
    if (args.json) printJson({ id });
    say(`Archived ${JSON.stringify(name)}.`);
  },
});

export const agents = defineCommand({
  meta: { name: "agents", description: "List, print, make, change and archive agents" },
  subCommands: { list, get, export: exportAgent, apply, delete: remove },
});

async function readText(file: string): Promise<string> {
  if (file === "-") return Bun.stdin.text();
  const given = Bun.file(file);
  if (!(await given.exists())) throw new AppError("not_found", `There is no file ${file}.`);
  return given.text();
}
