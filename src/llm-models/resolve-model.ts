import type { Database, Script } from "@/database/database";
import type { ModelProfile } from "@/domain/llm-model";
import type { ProviderType } from "@/domain/llm-provider";
import { type LlmDriver, LlmError, type ProviderCalls } from "@/llm/llm";
import type { DriverPool } from "@/llm-providers/driver-pool";
import { AppError } from "@/platform/app-error";
import { knownProfile } from "./known-profile";
import type { UsableModel, UsableModelStore } from "./usable-model-store";

/** A row's id; `isLost` when there was one, and its model was deleted. */
type Wish = { id: string | null; isLost: boolean };

/** What each of them asks for; the message may also say `provider/model`. `fallback` is the agent's. */
export type ModelWishes = { message: string | null; session: Wish; agent: Wish; fallback: string | null };

export type ResolvedModel = {
  driver: LlmDriver;
  calls: ProviderCalls;
  /** The provider's own name of the model. */
  model: string;
  modelRowId: string;
  providerName: string;
  providerType: ProviderType;
  profile: ModelProfile | null;
  /** Tokens, where a person has set it. */
  contextWindow: number | null;
};

export type ResolvedModels = ResolvedModel & {
  /** The session or the agent asked for a model that can't be used any more. */
  fellBack: boolean;
  /** Who goes on, in this order, where the model before can't answer. */
  fallbacks: ResolvedModel[];
};

export type ResolveModel = (wishes: ModelWishes) => Promise<ResolvedModels>;

type Parts = { db: Pick<Database, "read">; usableModels: UsableModelStore; drivers: DriverPool };

/** Longer chains help nobody: each link may take its four tries. */
const MOST_FALLBACKS = 3;

/**
 * The model that answers: the message's, else the session's, the agent's, the default. A session's or an agent's model that is gone or
 * disabled is passed over; a message's own is refused (`model_not_found`). Throws the conflict `no_model` when none is left.
 */
export const createResolveModel =
  ({ db, usableModels, drivers }: Parts): ResolveModel =>
  async (wishes) => {
    const { found, fellBack, links } = await db.read(function* () {
      const { found, fellBack } = yield* choose(usableModels, wishes);
      return { found, fellBack, links: yield* chainFrom(usableModels, found, wishes.message === null ? wishes.fallback : null) };
    });
    const isAlone = links.length === 0;
    return {
      ...toResolved(drivers, found, isAlone),
      fellBack,
      fallbacks: links.map((link) => toResolved(drivers, link, false)),
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

  let fellBack = false;
  for (const { id, isLost } of [session, agent]) {
    const found = id === null ? undefined : yield* usableModels.findById(id);
    if (found) return { found, fellBack };
    fellBack ||= isLost || id !== null;
  }

  const found = yield* usableModels.findDefault();
  if (!found) throw new AppError("conflict", NO_MODEL, { code: "no_model" });
  return { found, fellBack };
}

/** The agent's fallback, else the model's own, then that one's own, and so on. Ends at one that is disabled or was there before. */
function* chainFrom(usableModels: UsableModelStore, first: UsableModel, agentsOwn: string | null): Script<UsableModel[]> {
  const chain = [first];
  const add = function* (id: string | null): Script<boolean> {
    const found = id === null || chain.some((link) => link.id === id) ? undefined : yield* usableModels.findById(id);
    if (found) chain.push(found);
    return found !== undefined;
  };
  yield* add(agentsOwn);
  while (chain.length <= MOST_FALLBACKS && (yield* add(chain.at(-1)!.fallbackModelId)));
  return chain.slice(1);
}

function toResolved(drivers: DriverPool, { id, modelId, contextWindow, provider }: UsableModel, isAlone: boolean): ResolvedModel {
  return {
    ...callsOf(drivers, provider, isAlone),
    model: modelId,
    modelRowId: id,
    providerName: provider.name,
    providerType: provider.providerType,
    profile: knownProfile(provider.providerType, modelId),
    contextWindow,
  };
}

/** A key that can't be opened is one more way of not answering, where another model can. */
function callsOf(drivers: DriverPool, provider: UsableModel["provider"], isAlone: boolean): Pick<ResolvedModel, "driver" | "calls"> {
  try {
    return drivers.forTurns(provider);
  } catch (error) {
    if (isAlone || !(error instanceof AppError)) throw error;
    return { driver: failing(error.message), calls: UNLIMITED };
  }
}

const failing = (message: string): LlmDriver => ({
  // biome-ignore lint/correctness/useYield: it fails before its first word
  async *stream() {
    throw new LlmError("invalid_api_key", message, false);
  },
  listModels: () => Promise.reject(new LlmError("invalid_api_key", message, false)),
});

const UNLIMITED: ProviderCalls = { enter: () => () => {}, whenFree: () => Promise.resolve() };

const NO_MODEL =
  "No model is set up: add a model to the default provider or make another model the default, in the settings or with PATCH /v1/llm-models/{id}; " +
  "or start the server with DEFAULT_OPENAI_API_KEY or DEFAULT_ANTHROPIC_API_KEY";

const isRowId = (wish: string): boolean => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(wish);
