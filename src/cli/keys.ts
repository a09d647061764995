import { defineCommand } from "citty";
import type { ApiKey, NewApiKey } from "@/domain/api-key";
import { CONNECTION, connect } from "./client/connection";
import { print, printJson, printRows, say } from "./client/output";
import { wholeOr } from "./usage";

const list = defineCommand({
  meta: { name: "list", description: "List your API keys, newest first" },
  args: CONNECTION,
  async run({ args }) {
    const keys = await connect(args).get<ApiKey[]>("/api/auth/api-keys");
    if (args.json) return printJson(keys);
    printRows(
      keys.map(({ id, key_prefix, scopes, expires_at, name }) => [id, key_prefix, scopes.join(","), expires_at ?? "for ever", name]),
    );
  },
});

const create = defineCommand({
  meta: { name: "create", description: "Make an API key and print it, this once" },
  args: {
    name: { type: "positional", required: true, description: "what it is for" },
    scopes: { type: "string", description: "what it may, separated by commas: read, agents:write, … (*)" },
    "expires-in-days": { type: "string", description: "days until it ends; else never" },
    ...CONNECTION,
  },
  async run({ args }) {
    const expires_in_days = wholeOr(undefined, args["expires-in-days"], "--expires-in-days");
    const made = await connect(args).post<NewApiKey>("/api/auth/api-keys", {
      name: args.name,
      ...(args.scopes === undefined ? {} : { scopes: args.scopes.split(",").map((scope) => scope.trim()) }),
      ...(expires_in_days === undefined ? {} : { expires_in_days }),
    });
    if (args.json) return printJson(made);
    print(made.key);
    say("Keep it now: it is not shown again.");
  },
});

const remove = defineCommand({
  meta: { name: "delete", description: "Delete an API key: it works no more" },
  args: { key: { type: "positional", required: true, description: "id of the key" }, ...CONNECTION },
  async run({ args }) {
    await connect(args).remove(`/api/auth/api-keys/${encodeURIComponent(args.key)}`);
    if (args.json) printJson({ id: args.key });
    say("Deleted.");
  },
});

export const keys = defineCommand({
  meta: { name: "keys", description: "List, make and delete API keys" },
  subCommands: { list, create, delete: remove },
});
