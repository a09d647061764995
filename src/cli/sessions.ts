import { defineCommand } from "citty";
import type { Message } from "@/domain/message";
import type { SearchHit } from "@/domain/search-hit";
import type { Session } from "@/domain/session";
import { CONNECTION, connect } from "./client/connection";
import { harmless, print, printJson, printRows, say } from "./client/output";
import { getAgent, listAll } from "./client/places";
import { wholeOr } from "./usage";

const session = { type: "positional", required: true, description: "id of the session" } as const;
const pathOf = (id: string): string => `/v1/sessions/${encodeURIComponent(id)}`;

const list = defineCommand({
  meta: { name: "list", description: "List the sessions, newest first" },
  args: { agent: { type: "string", alias: "a", description: "only those of this agent, by name or id" }, ...CONNECTION },
  async run({ args }) {
    const api = connect(args);
    const path = args.agent === undefined ? "/v1/sessions" : `/v1/agents/${(await getAgent(api, args.agent)).id}/sessions`;
    const sessions = await listAll<Session>(api, path);
    if (args.json) return printJson(sessions);
    printRows(sessions.map(({ id, status, created_at, title }) => [id, status, created_at, title]));
  },
});

const get = defineCommand({
  meta: { name: "get", description: "Print a session as JSON" },
  args: { session, ...CONNECTION },
  run: async ({ args }) => printJson(await connect(args).get<Session>(pathOf(args.session))),
});

const exportSession = defineCommand({
  meta: { name: "export", description: "Print a session's conversation as Markdown, or all of it as JSON" },
  args: { session, ...CONNECTION },
  async run({ args }) {
    const api = connect(args);
    const kept = await api.get<Session>(pathOf(args.session));
    const messages = await listAll<Message>(api, `${pathOf(args.session)}/messages`);
    if (args.json) return printJson({ session: kept, messages });
    print([`# ${kept.title ?? "Session"}`, ...messages.flatMap(asMarkdown)].join("\n\n"));
  },
});

const search = defineCommand({
  meta: { name: "search", description: "Find words in all that was said" },
  args: { words: { type: "positional", required: true, description: "what to look for" }, ...CONNECTION },
  async run({ args }) {
    const hits = await connect(args).get<{ items: SearchHit[] }>(`/v1/search?q=${encodeURIComponent(args.words)}`);
    if (args.json) return printJson(hits.items);
    printRows(hits.items.map(({ session_id, role, created_at, snippet }) => [session_id, created_at, role, snippet]));
  },
});

const fork = defineCommand({
  meta: { name: "fork", description: "Make a session with another's history and files" },
  args: { session, after: { type: "string", description: "up to this sequence of its log; else all of it" }, ...CONNECTION },
  async run({ args }) {
    const after_sequence = wholeOr(undefined, args.after, "--after");
    const made = await connect(args).post<Session>(`${pathOf(args.session)}/fork`, after_sequence === undefined ? {} : { after_sequence });
    if (args.json) return printJson(made);
    print(made.id);
  },
});

const cancel = defineCommand({
  meta: { name: "cancel", description: "Cancel whatever runs in a session" },
  args: { session, ...CONNECTION },
  async run({ args }) {
    const answer = await connect(args).post(`${pathOf(args.session)}/cancel`);
    if (args.json) printJson(answer ?? null);
    say("Cancelled.");
  },
});

const tail = defineCommand({
  meta: { name: "tail", description: "Print a session's events as lines of JSON, and those to come" },
  args: { session, after: { type: "string", description: "only events after this sequence (0)" }, ...CONNECTION },
  async run({ args }) {
    const after = wholeOr(0, args.after, "--after");
    for await (const { id, type, data } of connect(args).follow(encodeURIComponent(args.session), after))
      if (id !== null) print(JSON.stringify({ sequence: id, type, data }));
  },
});

const remove = defineCommand({
  meta: { name: "delete", description: "Delete a session with all that it holds" },
  args: { session, ...CONNECTION },
  async run({ args }) {
    await connect(args).remove(pathOf(args.session));
    if (args.json) printJson({ id: args.session });
    say("Deleted.");
  },
});

export const sessions = defineCommand({
  meta: { name: "sessions", description: "List, print, search, follow, fork, cancel and delete sessions" },
  subCommands: { list, get, export: exportSession, search, tail, fork, cancel, delete: remove },
});

function asMarkdown({ role, content }: Message): string[] {
  const parts = content.flatMap((part) => {
    if (part.type === "text") return [part.text];
    if (part.type === "tool_call") return [`\`${part.name}\` ${JSON.stringify(part.arguments)}`];
    if (part.type === "tool_result") return [`\`\`\`json\n${JSON.stringify(part.error ?? part.result, null, 2)}\n\`\`\``];
    return [];
  });
  return parts.length === 0 ? [] : [`## ${role}`, ...parts.map(harmless)];
}
