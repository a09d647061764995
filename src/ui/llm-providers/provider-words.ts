import type { LlmProvider, ProviderType } from "@/domain/llm-provider";

export const TYPE_NAMES: Record<ProviderType, string> = {
  anthropic: "Anthropic",
  openai: "OpenAI",
  azure_openai: "Azure OpenAI",
  ollama: "Ollama",
  custom: "Another that speaks OpenAI's protocol",
  simulated: "Simulated (for a look around)",
};

export const isType = (type: string | undefined): type is ProviderType => type !== undefined && type in TYPE_NAMES;

/** Where each type is, unless an address is given; null where one must be. */
export const USUAL_ADDRESS: Record<ProviderType, string | null> = {
  anthropic: "https://api.anthropic.com",
  openai: "https://api.openai.com/v1",
  azure_openai: null,
  ollama: "http://127.0.0.1:11434/v1",
  custom: null,
  simulated: null,
};

/** How a provider is reached, in a few words. */
export function reachOf({ provider_type, base_url, api_key_set }: LlmProvider): string {
  if (provider_type === "simulated") return "Built in: needs no key and no network";
  return [base_url ?? USUAL_ADDRESS[provider_type] ?? "No address yet", api_key_set ? "key is set" : "no key"].join(" · ");
}
