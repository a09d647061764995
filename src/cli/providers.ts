import { defineCommand } from "citty";
import type { LlmProvider } from "@/domain/llm-provider";
import { conflict, notFound } from "@/platform/app-error";
import type { Api } from "./client/api";
import { CONNECTION, connect } from "./client/connection";
import { print, printJson, printRows, say } from "./client/output";
import { WrongUsage } from "./usage";

const provider = { type: "positional", required: true, description: "name or id of the provider" } as const;
type Tested = { ok: boolean; message: string };

const list = defineCommand({
  meta: { name: "list", description: "List the providers of models" },
  args: CONNECTION,
  async run({ args }) {
    const providers = await connect(args).get<LlmProvider[]>("/v1/llm-providers");
    if (args.json) return printJson(providers);
    printRows(
      providers.map(({ id, name, provider_type, status, api_key_set, is_default }) => [
        id,
        name,
        provider_type,
        status,
        api_key_set ? "key set" : "no key",
        is_default ? "default" : "",
      ]),
    );
  },
});

const add = defineCommand({
  meta: { name: "add", description: "Add a provider and the models that it offers; stdin or EVERRUNS_PROVIDER_KEY has its key" },
  args: {
    type: { type: "positional", required: true, description: "openai, anthropic, azure_openai, ollama, custom or simulated" },
    name: { type: "string", description: "its name; else the type" },
    "base-url": { type: "string", description: "its address, where it is not the usual one" },
    default: { type: "boolean", description: "make it the default" },
    ...CONNECTION,
  },
  async run({ args }) {
    const api = connect(args);
    const api_key = await readKey();
    const made = await api.post<LlmProvider>("/v1/llm-providers", {
      name: args.name ?? args.type,
      provider_type: args.type,
      is_default: args.default === true,
      ...(args["base-url"] === undefined ? {} : { base_url: args["base-url"] }),
      ...(api_key === "" ? {} : { api_key }),
    });
    if (args.json) printJson(made);
    else print(made.id);
    if (made.provider_type !== "simulated")
      await api.post(`/v1/llm-providers/${made.id}/sync-models`).catch((error: Error) => say(error.message));
    sayTest(made, await api.post<Tested>(`/v1/llm-providers/${made.id}/test`));
  },
});

const test = defineCommand({
  meta: { name: "test", description: "Call a provider once and say what is wrong" },
  args: { provider, ...CONNECTION },
  async run({ args }) {
    const api = connect(args);
    const found = await getProvider(api, args.provider);
    const outcome = await api.post<Tested>(`/v1/llm-providers/${found.id}/test`);
    if (args.json) printJson(outcome);
    else sayTest(found, outcome);
    process.exitCode = outcome.ok ? 0 : 1;
  },
});

export const providers = defineCommand({
  meta: { name: "providers", description: "List, add and test providers of models" },
  subCommands: { list, add, test },
});

const sayTest = ({ name }: LlmProvider, { ok, message }: Tested): void => say(`${name} ${ok ? "answers" : "does not answer"}: ${message}`);

async function getProvider(api: Api, nameOrId: string): Promise<LlmProvider> {
  const all = await api.get<LlmProvider[]>("/v1/llm-providers");
  const found = all.filter(({ id, name }) => id === nameOrId || name.toLowerCase() === nameOrId.toLowerCase());
  if (!found[0]) throw notFound(`Provider ${JSON.stringify(nameOrId)}`);
  if (found[1]) throw conflict("Several providers have that name: name one by its id, which everruns providers list shows");
  return found[0];
}

/** Never from the command line, where other programs and the shell's history would see it. */
async function readKey(): Promise<string> {
  const given = process.env.EVERRUNS_PROVIDER_KEY;
  if (given !== undefined) return given.trim();
  if (process.stdin.isTTY) return "";
  const text = (await Bun.stdin.text()).trim();
  if (/\s/.test(text)) throw new WrongUsage("What stdin holds is no key: it has several words");
  return text;
}
