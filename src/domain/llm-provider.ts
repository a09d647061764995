import { z } from "zod";
import { Id, Timestamp } from "./common";

/** `ollama` and `custom` speak OpenAI's chat completions; `simulated` is built in and needs neither key nor network. */
export const ProviderType = z.enum(["openai", "anthropic", "azure_openai", "ollama", "custom", "simulated"]);
export type ProviderType = z.infer<typeof ProviderType>;

/** What a driver may be told beyond address and key. */
export const ProviderSettings = z
  .object({
    /** Which of OpenAI's two protocols to speak; decided by `base_url` when absent. */
    api: z.enum(["chat_completions", "responses"]).nullish(),
    /** Azure's `api-version` query parameter. */
    api_version: z.string().max(64).nullish(),
    /** Milliseconds between two pieces of a simulated answer. */
    delay_ms: z.int().min(0).max(10_000).nullish(),
  })
  .meta({ id: "ProviderSettings" });
export type ProviderSettings = z.infer<typeof ProviderSettings>;

export const LlmProvider = z
  .object({
    id: Id,
    name: z.string(),
    provider_type: ProviderType,
    base_url: z.string().nullable(),
    api_key_set: z.boolean(),
    is_default: z.boolean(),
    status: z.enum(["active", "disabled"]),
    settings: ProviderSettings,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: "LlmProvider" });
export type LlmProvider = z.infer<typeof LlmProvider>;

const BaseUrl = z.url({ protocol: /^https?$/, error: "must be an http or https address" }).max(2000);

const fields = {
  name: z.string().trim().min(1).max(255),
  provider_type: ProviderType,
  base_url: BaseUrl.nullish(),
  api_key: z.string().min(1).max(10_000).nullish(),
  is_default: z.boolean(),
  status: z.enum(["active", "disabled"]),
  settings: ProviderSettings,
};

export const CreateLlmProvider = z
  .object({
    ...fields,
    is_default: fields.is_default.default(false),
    status: fields.status.default("active"),
    settings: fields.settings.default({}),
  })
  .meta({ id: "CreateLlmProvider" });
export type CreateLlmProvider = z.infer<typeof CreateLlmProvider>;

/** Absent fields stay; `base_url: null` and `api_key: null` clear. */
export const UpdateLlmProvider = z.object(fields).partial().meta({ id: "UpdateLlmProvider" });
export type UpdateLlmProvider = z.infer<typeof UpdateLlmProvider>;
