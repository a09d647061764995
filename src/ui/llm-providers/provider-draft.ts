import type { LlmProvider, ProviderSettings, ProviderType } from "@/domain/llm-provider";

/** A provider as its form holds it. `key` is what is written into the field: what is set is never shown. */
export type ProviderDraft = {
  name: string;
  provider_type: ProviderType;
  base_url: string;
  key: string;
  isKeyRemoved: boolean;
  isActive: boolean;
  isDefault: boolean;
  settings: ProviderSettings;
};

export const PROVIDER_FIELDS = ["name", "provider_type", "base_url", "api_key", "settings"];

export const emptyProvider = ({ name, type, address }: { name: string; type: ProviderType; address: string }): ProviderDraft => ({
  name,
  provider_type: type,
  base_url: address,
  key: "",
  isKeyRemoved: false,
  isActive: true,
  isDefault: false,
  settings: {},
});

export const draftOfProvider = (provider: LlmProvider): ProviderDraft => ({
  name: provider.name,
  provider_type: provider.provider_type,
  base_url: provider.base_url ?? "",
  key: "",
  isKeyRemoved: false,
  isActive: provider.status === "active",
  isDefault: provider.is_default,
  settings: provider.settings,
});

/** As the API takes it. An absent `api_key` keeps the one that is set. */
export const bodyOfProvider = ({ name, provider_type, base_url, key, isKeyRemoved, isActive, isDefault, settings }: ProviderDraft) => ({
  name,
  provider_type,
  base_url: base_url.trim() === "" ? null : base_url.trim(),
  ...(key.trim() === "" ? (isKeyRemoved ? { api_key: null } : {}) : { api_key: key.trim() }),
  is_default: isDefault,
  status: isActive ? ("active" as const) : ("disabled" as const),
  settings,
});
