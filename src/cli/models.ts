import { defineCommand } from "citty";
import type { LlmModel } from "@/domain/llm-model";
import { CONNECTION, connect } from "./client/connection";
import { printJson, printRows } from "./client/output";

export const models = defineCommand({
  meta: { name: "models", description: "List the models of all providers" },
  args: CONNECTION,
  async run({ args }) {
    const all = await connect(args).get<(LlmModel & { provider_name: string })[]>("/v1/llm-models");
    if (args.json) return printJson(all);
    printRows(
      all.map(({ id, provider_name, model_id, is_default, status }) => [
        id,
        `${provider_name}/${model_id}`,
        status,
        is_default ? "default" : "",
      ]),
    );
  },
});
