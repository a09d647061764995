import { queryOptions } from "@tanstack/react-query";
import type { LlmModelWithProvider } from "@/domain/llm-model";
import type { LlmProvider, ProviderType } from "@/domain/llm-provider";
import { api } from "@/ui/api/client";
import { type FoundProvider, queryClient } from "@/ui/api/queries";

/** A way to get answers: a provider that is here, one that was found on this machine, or one that needs a key. */
export type ProviderChoice = {
  id: string;
  title: string;
  note: string;
  provider: LlmProvider | null;
  /** What makes it, where it is not here yet. */
  make: { name: string; provider_type: ProviderType; base_url: string | null } | null;
  needs: readonly ("key" | "address")[];
};

/** What can be chosen, the readiest first. The simulated model comes last: it is for a look around. */
export function choicesOf(providers: readonly LlmProvider[], found: readonly FoundProvider[]): ProviderChoice[] {
  const ready = providers.filter(
    ({ provider_type, api_key_set, status, base_url }) =>
      status === "active" && provider_type !== "simulated" && (api_key_set || base_url !== null),
  );
  const isReady = (type: ProviderType): boolean => ready.some(({ provider_type }) => provider_type === type);
  const simulated = providers.find(({ provider_type, status }) => provider_type === "simulated" && status === "active");
  const withKey = (name: string, provider_type: ProviderType): ProviderChoice[] =>
    isReady(provider_type)
      ? []
      : [
          {
            id: `new-${provider_type}`,
            title: name,
            note: "With an API key",
            provider: null,
            make: { name, provider_type, base_url: null },
            needs: ["key"],
          },
        ];
  return [
    ...ready.map(
      (provider): ProviderChoice => ({
        id: provider.id,
        title: provider.name,
        note: provider.api_key_set ? "Its key is here already" : (provider.base_url ?? ""),
        provider,
        make: null,
        needs: [],
      }),
    ),
    ...found.map(
      ({ name, provider_type, base_url, models }): ProviderChoice => ({
        id: base_url,
        title: `${name}, on this machine`,
        note: models.length === 1 ? `Runs with ${models[0]}` : `Runs with ${models.length} models`,
        provider: null,
        make: { name, provider_type, base_url },
        needs: [],
      }),
    ),
    ...withKey("Anthropic", "anthropic"),
    ...withKey("OpenAI", "openai"),
    {
      id: "custom",
      title: "Another provider",
      note: "That speaks OpenAI's protocol",
      provider: null,
      make: { name: "Custom", provider_type: "custom", base_url: null },
      needs: ["address", "key"],
    },
    ...(simulated
      ? [
          {
            id: simulated.id,
            title: "Demo",
            note: "A simulated model, without a key",
            provider: simulated,
            make: null,
            needs: [],
          } satisfies ProviderChoice,
        ]
      : []),
  ];
}

export type Connected = { provider: LlmProvider; models: LlmModelWithProvider[]; words: string };

type Given = { key: string; address: string };

/**
 * Makes a choice the provider that answers, with its models, and asks it for a word. `made` is what an earlier try of the same choice left:
 * it is changed, so that a mistyped key leaves no second provider behind. Throws in the provider's words.
 */
export async function connect(
  { provider, make }: ProviderChoice,
  { key, address }: Given,
  made: LlmProvider | null,
  onMade: (provider: LlmProvider) => void,
): Promise<Connected> {
  const known = provider ?? made;
  const own = make
    ? { ...make, base_url: make.base_url ?? (address.trim() || null), ...(key.trim() === "" ? {} : { api_key: key.trim() }) }
    : {};
  const chosen = known
    ? await api.patch<LlmProvider>(`/v1/llm-providers/${known.id}`, { ...own, is_default: true })
    : await api.post<LlmProvider>("/v1/llm-providers", { ...own, is_default: true });
  if (make) onMade(chosen);

  let models = await modelsOf(chosen);
  if (models.length === 0) {
    await api.post(`/v1/llm-providers/${chosen.id}/sync-models`);
    models = await modelsOf(chosen);
    const best = bestOf(models);
    if (best && !best.is_default) await makeDefault(best);
    models = await modelsOf(chosen);
  }
  const { ok, message } = await testOf(chosen.id);
  void queryClient.invalidateQueries({ queryKey: ["llm-providers"] });
  void queryClient.invalidateQueries({ queryKey: ["llm-models"] });
  if (!ok) throw new Error(message);
  return { provider: chosen, models, words: message };
}

type Tested = { ok: boolean; message: string };

const testOf = (id: string): Promise<Tested> => api.post<Tested>(`/v1/llm-providers/${id}/test`);

/** Asks a provider for a word, once. */
export const testQuery = (id: string) =>
  queryOptions({ queryKey: ["llm-provider-test", id], staleTime: Number.POSITIVE_INFINITY, queryFn: () => testOf(id) });

const modelsOf = async ({ id }: LlmProvider): Promise<LlmModelWithProvider[]> =>
  (await api.get<LlmModelWithProvider[]>("/v1/llm-models?limit=1000")).filter(
    ({ provider_id, status }) => provider_id === id && status === "active",
  );

export const makeDefault = async ({ id }: LlmModelWithProvider): Promise<void> => {
  await api.patch(`/v1/llm-models/${id}`, { is_default: true });
  void queryClient.invalidateQueries({ queryKey: ["llm-models"] });
};

/** The newest that calls tools, of those whose price is neither the highest nor unknown: dearer ones are for who asks for them. */
function bestOf(models: readonly LlmModelWithProvider[]): LlmModelWithProvider | undefined {
  const able = models.filter(({ profile }) => profile?.tool_call && profile.cost && profile.cost.output <= 20 && profile.cost.output >= 1);
  return able.toSorted((one, other) => (other.profile?.release_date ?? "").localeCompare(one.profile?.release_date ?? ""))[0] ?? models[0];
}
