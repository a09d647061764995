import { z } from "zod";
import type { Database, Script, Tx } from "@/database/database";
import { CreateLlmModel, LlmModelWithProvider } from "@/domain/llm-model";
import type { ProviderType } from "@/domain/llm-provider";
import { LlmError } from "@/llm/llm";
import type { DriverPool } from "@/llm-providers/driver-pool";
import type { LlmProviderStore } from "@/llm-providers/llm-provider-store";
import { AppError, conflict } from "@/platform/app-error";
import { callProvider } from "./call-provider";
import { knownProfile } from "./known-profile";
import type { LlmModelStore } from "./llm-model-store";

export const ModelSync = z
  .object({
    created: z.array(LlmModelWithProvider).meta({ description: "The models that were missing here." }),
    total: z.int().meta({ description: "How many models for conversations the provider offers." }),
  })
  .meta({ id: "ModelSync" });
export type ModelSync = z.infer<typeof ModelSync>;

/** The largest catalogues have some hundreds; a server that lists without end must not fill the database. */
const MOST_MODELS = 2_000;

type Parts = {
  db: Database;
  providers: LlmProviderStore;
  models: LlmModelStore;
  drivers: DriverPool;
  settleDefaults: (tx: Tx) => Script<void>;
};

/** Reads the provider's list of models. What comes back is the script that adds those that are missing here and leaves the others as they are. */
export const createSyncModels =
  ({ db, providers, models, drivers, settleDefaults }: Parts) =>
  async (providerId: string): Promise<(tx: Tx) => Script<ModelSync>> => {
    const provider = await db.read(() => providers.getRow(db, providerId));
    const offered = forConversations(
      provider.providerType,
      await listOf(() => callProvider((signal) => drivers.driverOf(provider).listModels(signal))),
    );

    return function* addMissing(tx) {
      const present = new Set((yield* models.rowsOf(tx, providerId)).map(({ modelId }) => modelId));
      const ids: string[] = [];
      for (const { model_id, display_name } of named(provider.providerType, offered))
        if (!present.has(model_id)) ids.push((yield* models.create(tx, providerId, CreateLlmModel.parse({ model_id, display_name }))).id);

      yield* settleDefaults(tx);
      const created: LlmModelWithProvider[] = [];
      for (const id of ids) created.push(yield* models.get(tx, id));
      return { created, total: offered.length };
    };
  };

async function listOf(call: () => Promise<string[]>): Promise<string[]> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    throw error.retryable ? new AppError("unavailable", error.message, { code: error.code }) : conflict(error.message, error.code);
  }
}

function forConversations(type: ProviderType, listed: readonly string[]): string[] {
  const isOpenAi = type === "openai" || type === "azure_openai";
  const ids = listed.map((id) => id.trim()).filter((id) => id !== "" && id.length <= 255 && !(isOpenAi && OTHER_PURPOSE.test(id)));
  return [...new Set(ids)].slice(0, MOST_MODELS);
}

/** What OpenAI lists beside its models for conversations. Source: platform.openai.com/docs/models */
const OTHER_PURPOSE =
  /embedding|whisper|moderation|realtime|transcribe|similarity|-search-(?:query|doc|document|text|code)|^(?:tts|dall-e|gpt-image|chatgpt-image|sora|gpt-audio|babbage|davinci|curie|ada|text-)|-(?:tts|audio|instruct)(?:-|$)/;

/** A known model is shown under its maker's name for it, unless two of the list share that name, as dated versions do. */
function named(type: ProviderType, ids: readonly string[]): { model_id: string; display_name: string }[] {
  const names = ids.map((id) => knownProfile(type, id)?.name ?? id);
  return ids.map((id, index) => ({
    model_id: id,
    display_name: names.filter((name) => name === names[index]).length === 1 ? names[index]! : id,
  }));
}
