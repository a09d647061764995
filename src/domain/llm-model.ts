import { z } from "zod";
import { Id, Timestamp } from "./common";
import { ProviderType } from "./llm-provider";

/** Facts about a model that its maker publishes. Money is USD per million tokens, limits are tokens, dates are `YYYY-MM` or `YYYY-MM-DD`. */
export const ModelProfile = z
  .object({
    name: z.string(),
    family: z.string().nullable(),
    release_date: z.string().nullable(),
    last_updated: z.string().nullable(),
    knowledge: z.string().nullable(),
    attachment: z.boolean(),
    reasoning: z.boolean(),
    temperature: z.boolean(),
    tool_call: z.boolean(),
    structured_output: z.boolean(),
    open_weights: z.boolean(),
    cost: z
      .object({ input: z.number(), output: z.number(), cache_read: z.number().nullable(), cache_write: z.number().nullable() })
      .nullable(),
    limits: z.object({ context: z.int(), output: z.int() }).nullable(),
    modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }),
    reasoning_effort: z.object({ values: z.array(z.string()), default: z.string().nullable() }).nullable(),
  })
  .meta({ id: "ModelProfile" });
export type ModelProfile = z.infer<typeof ModelProfile>;

export const LlmModel = z
  .object({
    id: Id,
    provider_id: Id,
    model_id: z.string(),
    display_name: z.string(),
    capabilities: z.array(z.string()),
    context_window: z.int().nullable(),
    is_default: z.boolean(),
    status: z.enum(["active", "disabled"]),
    fallback_model_id: Id.nullable().meta({ description: "The model that goes on where this one's provider stays down or refuses." }),
    profile: ModelProfile.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: "LlmModel" });
export type LlmModel = z.infer<typeof LlmModel>;

export const LlmModelWithProvider = LlmModel.extend({ provider_name: z.string(), provider_type: ProviderType }).meta({
  id: "LlmModelWithProvider",
});
export type LlmModelWithProvider = z.infer<typeof LlmModelWithProvider>;

const fields = {
  model_id: z.string().trim().min(1).max(255),
  display_name: z.string().trim().min(1).max(255),
  capabilities: z.array(z.string().min(1).max(64)).max(50),
  context_window: z.int().min(1).max(1_000_000_000).nullish(),
  is_default: z.boolean(),
  status: z.enum(["active", "disabled"]),
  fallback_model_id: Id.nullish(),
};

/** `display_name` is the `model_id` when absent. */
export const CreateLlmModel = z
  .object({
    ...fields,
    display_name: fields.display_name.nullish(),
    capabilities: fields.capabilities.default([]),
    is_default: fields.is_default.default(false),
    status: fields.status.default("active"),
  })
  .meta({ id: "CreateLlmModel" });
export type CreateLlmModel = z.infer<typeof CreateLlmModel>;

/** Absent fields stay as they are; `null` clears `context_window` and `fallback_model_id`. */
export const UpdateLlmModel = z.object(fields).partial().meta({ id: "UpdateLlmModel" });
export type UpdateLlmModel = z.infer<typeof UpdateLlmModel>;
