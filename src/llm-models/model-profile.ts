import type { ModelProfile } from "@/domain/llm-model";
import type { ProviderType } from "@/domain/llm-provider";
import type { Usage } from "@/domain/usage";
import { looseKey, type Price, spellingsOf } from "./model-id";

type Group = "openai" | "anthropic" | "other";
type Profiles = Record<string, ModelProfile>;
type ProfileFile = { date: string; source: string; profiles: Record<Group, Profiles> };

/**
 * What is known about a model, or null. The exact id wins, then the id without date, vendor and spelling: `gpt-4o-2024-11-20` → `gpt-4o`.
 * A provider may serve another maker's models through its protocol, so the other makers are asked last.
 * Prices are the maker's list prices: none for a model that runs on one's own machine (`ollama`), nor where an id says that they differ.
 */
export function findModelProfile(type: ProviderType, modelId: string): ModelProfile | null {
  if (type === "simulated") return SIMULATED;
  const groups = GROUPS[type].map((group) => index()[group]);
  const { names, price } = spellingsOf(modelId);
  const profile =
    firstFound(groups, ({ profiles }) => (Object.hasOwn(profiles, modelId) ? profiles[modelId] : undefined)) ??
    firstFound(names, (name) => firstFound(groups, ({ byLooseKey }) => byLooseKey.get(looseKey(name))));
  return profile ? priced(profile, type === "ollama" ? "unknown" : price) : null;
}

/**
 * USD for what was used, null when the model's price is unknown. Cached tokens cost their own price where the maker has one, else the
 * price of input. Surcharges for very long prompts, batches and service tiers are not in it.
 */
export function costOf(usage: Usage, profile: ModelProfile | null): number | null {
  if (!profile?.cost) return null;
  const { input, output, cache_read, cache_write } = profile.cost;
  const freshTokens = Math.max(0, usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens);
  const millionths =
    freshTokens * input +
    usage.cache_read_tokens * (cache_read ?? input) +
    usage.cache_write_tokens * (cache_write ?? input) +
    usage.output_tokens * output;
  return Math.round(millionths * 1e6) / 1e12;
}

/** The models that appear when a key is given in the environment. The first becomes the default: able at everyday tasks and not the dearest. */
export const defaultModelsOf = (type: "openai" | "anthropic"): { model_id: string; display_name: string }[] => [...DEFAULT_MODELS[type]];

const DEFAULT_MODELS = {
  openai: [
    { model_id: "gpt-6.1-sol", display_name: "GPT-6.1 Sol" },
    { model_id: "gpt-6-astra", display_name: "GPT-6 Astra" },
    { model_id: "gpt-6.1-terra", display_name: "GPT-6.1 Terra" },
    { model_id: "gpt-6-luna", display_name: "GPT-6 Luna" },
  ],
  anthropic: [
    { model_id: "claude-sonnet-5-5", display_name: "Claude Sonnet 5.5" },
    { model_id: "claude-opus-5-5", display_name: "Claude Opus 5.5" },
    { model_id: "claude-fable-5-2", display_name: "Claude Fable 5.2" },
    { model_id: "claude-haiku-5-5", display_name: "Claude Haiku 5.5" },
  ],
};

const GROUPS: Record<Exclude<ProviderType, "simulated">, Group[]> = {
  openai: ["openai", "other", "anthropic"],
  azure_openai: ["openai", "other", "anthropic"],
  anthropic: ["anthropic", "other", "openai"],
  custom: ["other", "openai", "anthropic"],
  ollama: ["other", "openai", "anthropic"],
};

const SIMULATED: ModelProfile = {
  name: "Simulated",
  family: "simulated",
  release_date: null,
  last_updated: null,
  knowledge: null,
  attachment: true,
  reasoning: true,
  temperature: true,
  tool_call: true,
  structured_output: false,
  open_weights: false,
  cost: { input: 0, output: 0, cache_read: 0, cache_write: 0 },
  limits: { context: 128_000, output: 16_384 },
  modalities: { input: ["text", "image"], output: ["text"] },
  reasoning_effort: { values: ["low", "medium", "high"], default: null },
};

type Index = Record<Group, { profiles: Profiles; byLooseKey: Map<string, ModelProfile> }>;
let loaded: Index | undefined;

// Read on first use: a start that needs no model's facts does not pay for them.
function index(): Index {
  if (loaded) return loaded;
  const { profiles } = require("./model-profiles.json") as ProfileFile;
  loaded = { openai: indexed(profiles.openai), anthropic: indexed(profiles.anthropic), other: indexed(profiles.other) };
  return loaded;
}

function indexed(profiles: Profiles): Index[Group] {
  const byLooseKey = new Map<string, ModelProfile>();
  for (const [id, profile] of Object.entries(profiles)) byLooseKey.set(looseKey(id), profile);
  // `llama3.3:70b` is how Ollama writes `llama-3.3-70b-instruct`.
  for (const [id, profile] of Object.entries(profiles)) {
    const plain = looseKey(id.replace(/-(?:instruct|it)$/, ""));
    if (!byLooseKey.has(plain)) byLooseKey.set(plain, profile);
  }
  return { profiles, byLooseKey };
}

function firstFound<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function priced(profile: ModelProfile, price: Price): ModelProfile {
  if (price === "listed") return profile;
  return { ...profile, cost: price === "free" ? { input: 0, output: 0, cache_read: 0, cache_write: 0 } : null };
}
