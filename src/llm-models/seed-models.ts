import type { Database, Script, Tx } from "@/database/database";
import { CreateLlmModel } from "@/domain/llm-model";
import { CreateLlmProvider } from "@/domain/llm-provider";
import type { EnvironmentKeys, LlmProviderStore } from "@/llm-providers/llm-provider-store";
import type { LlmModelStore } from "./llm-model-store";
import { defaultModelsOf } from "./model-profile";
import { createSettleDefaults } from "./settle-defaults";

type Parts = { db: Database; providers: LlmProviderStore; models: LlmModelStore; env: EnvironmentKeys };

/**
 * What every start makes sure of; starting again changes nothing. A server without any provider gets the simulated one. A key in the environment
 * brings its provider and current models, unless there is one at the maker's own address: that one then uses the key.
 * The new provider becomes the default only where the simulated one, or none, was.
 */
export const seedModels = ({ db, providers, models, env }: Parts): Promise<void> =>
  db.transact(function* (tx) {
    if ((yield* providers.allRows(tx)).length === 0) {
      const simulated = yield* providers.create(
        tx,
        CreateLlmProvider.parse({ name: "Simulated", provider_type: "simulated", is_default: true }),
      );
      yield* models.create(
        tx,
        simulated.id,
        CreateLlmModel.parse({ model_id: "simulated-1", display_name: "Simulated model", is_default: true }),
      );
    }
    if (env.openaiKey) yield* seedProvider(tx, "openai", "OpenAI");
    if (env.anthropicKey) yield* seedProvider(tx, "anthropic", "Anthropic");
    yield* createSettleDefaults({ providers, models })(tx);

    function* seedProvider(tx: Tx, type: "openai" | "anthropic", name: string): Script<void> {
      const rows = yield* providers.allRows(tx);
      if (rows.some((row) => row.providerType === type && row.baseUrl === null)) return;
      const isWanted = rows.every((row) => !row.isDefault || row.providerType === "simulated");
      const taken = new Set(rows.map((row) => row.name.toLowerCase()));
      const provider = yield* providers.create(
        tx,
        CreateLlmProvider.parse({ name: freeName(name, taken), provider_type: type, is_default: isWanted }),
      );
      for (const model of defaultModelsOf(type)) yield* models.create(tx, provider.id, CreateLlmModel.parse(model));
    }
  });

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${name} ${number}`;
  return free;
}
