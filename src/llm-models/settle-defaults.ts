import type { Script, Tx } from "@/database/database";
import type { LlmProviderStore } from "@/llm-providers/llm-provider-store";
import type { LlmModelStore } from "./llm-model-store";

type Parts = { providers: LlmProviderStore; models: LlmModelStore };

/**
 * Puts the defaults in order; runs after every change of a provider or a model, in the same transaction. The rule:
 *
 * - The default provider stays while it is there and active. Else it is the oldest active `simulated` one, else there is none:
 *   a conversation never moves to another company, with its bill and its rules, because somebody tidied up.
 * - The default model is of the default provider: it stays while it is there and active, else it is that provider's first active model, else there is none.
 */
export const createSettleDefaults = ({ providers, models }: Parts) =>
  function* settleDefaults(tx: Tx): Script<void> {
    const rows = yield* providers.allRows(tx);
    const active = rows.filter(({ status }) => status === "active");
    const provider = active.find(({ isDefault }) => isDefault) ?? active.find(({ providerType }) => providerType === "simulated");
    if (!provider?.isDefault) yield* providers.makeDefault(tx, provider?.id ?? null);

    const offered = provider ? (yield* models.rowsOf(tx, provider.id)).filter(({ status }) => status === "active") : [];
    const model = offered.find(({ isDefault }) => isDefault) ?? offered[0];
    if (!model?.isDefault) yield* models.markDefault(tx, model?.id ?? null);
  };
