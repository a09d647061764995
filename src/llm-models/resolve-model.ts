import type { Database, Script } from "@/database/database";
import type { ModelProfile } from "@/domain/llm-model";
import type { ProviderType } from "@/domain/llm-provider";
import type { LlmDriver } from "@/llm/llm";
import type { DriverPool } from "@/llm-providers/driver-pool";
import { AppError } from "@/platform/app-error";
import { knownProfile } from "./known-profile";
import type { UsableModel, UsableModelStore } from "./usable-model-store";

/** What each of them asks for: rows' ids; the message may also say `provider/model`. */
export type ModelWishes = { message: string | null; session: string | null; agent: string | null };

export type ResolvedModel = {
  driver: LlmDriver;
  /** The provider's own name of the model. */
  model: string;
  modelRowId: string;
  providerName: string;
  providerType: ProviderType;
  profile: ModelProfile | null;
  /** The session or the agent asked for a model that can't be used any more. */
  fellBack: boolean;
};

export type ResolveModel = (wishes: ModelWishes) => Promise<ResolvedModel>;

type Parts = { db: Pick<Database, "read">; usableModels: UsableModelStore; drivers: DriverPool };

/**
 * The model that answers: the message's, else the session's, the agent's, the default. A session's or an agent's model that is gone or
 * disabled is passed over; a message's own is refused (`model_not_found`). Throws the conflict `no_model` when none is left.
 */
export const createResolveModel =
  ({ db, usableModels, drivers }: Parts): ResolveModel =>
  async (wishes) => {
    const { found, fellBack } = await db.read(() => choose(usableModels, wishes));
    return {
      driver: drivers.driverOf(found.provider),
      model: found.modelId,
      modelRowId: found.id,
      providerName: found.provider.name,
      providerType: found.provider.providerType,
      profile: knownProfile(found.provider.providerType, found.modelId),
      fellBack,
    };
  };

function* choose(
  usableModels: UsableModelStore,
  { message, session, agent }: ModelWishes,
): Script<{ found: UsableModel; fellBack: boolean }> {
  if (message !== null) {
    const found = yield* isRowId(message) ? usableModels.findById(message.toLowerCase()) : usableModels.findByName(message);
    if (!found)
      throw new AppError("invalid", "The model that the message asks for is not there, or is disabled", { code: "model_not_found" });
    return { found, fellBack: false };
  }

  const wished = [session, agent].filter((id) => id !== null);
  for (const [passedOver, id] of wished.entries()) {
    const found = yield* usableModels.findById(id);
    if (found) return { found, fellBack: passedOver > 0 };
  }

  const found = yield* usableModels.findDefault();
  if (!found) throw new AppError("conflict", NO_MODEL, { code: "no_model" });
  return { found, fellBack: wished.length > 0 };
}

const NO_MODEL =
  "No model is set up: add a model to the default provider or make another model the default, in the settings or with PATCH /v1/llm-models/{id}; " +
  "or start the server with DEFAULT_OPENAI_API_KEY or DEFAULT_ANTHROPIC_API_KEY";

const isRowId = (wish: string): boolean => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(wish);
