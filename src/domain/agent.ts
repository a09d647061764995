import { z } from "zod";
import { Id, Tags, Timestamp } from "./common";
import { GivenTools, OwnTool } from "./own-tool";
import { ToolPolicies } from "./tool";

const Visibility = z.enum(["private", "shared"]);

export const Agent = z
  .object({
    id: Id,
    name: z.string(),
    description: z.string().nullable(),
    system_prompt: z.string(),
    default_model_id: Id.nullable(),
    fallback_model_id: Id.nullable().meta({ description: "The model that goes on where the agent's or the session's own cannot answer." }),
    lost_model: z
      .string()
      .nullable()
      .meta({ description: "`provider/model` of the default model that was deleted; null once `default_model_id` is set or cleared." }),
    capabilities: z.array(z.string()),
    /** Tools of its own, after those of its capabilities. */
    tools: z.array(OwnTool),
    /** What is asked about before it runs, where the agent sees it otherwise than the tool. */
    tool_policies: ToolPolicies.nullable(),
    tags: Tags,
    /** Counts from 1; goes up with every change of how the agent answers. */
    version: z.int(),
    visibility: Visibility,
    status: z.enum(["active", "archived"]),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: "Agent" });
export type Agent = z.infer<typeof Agent>;

const fields = {
  name: z.string().trim().min(1).max(255),
  description: z.string().max(10_000).nullish(),
  system_prompt: z.string().max(500_000),
  default_model_id: Id.nullish(),
  fallback_model_id: Id.nullish(),
  capabilities: z.array(z.string().min(1).max(128)).max(100),
  tools: GivenTools,
  tool_policies: ToolPolicies.nullish(),
  tags: Tags,
  visibility: Visibility,
};

export const CreateAgent = z
  .object({
    ...fields,
    capabilities: fields.capabilities.default([]),
    tools: fields.tools.default([]),
    tags: fields.tags.default([]),
    visibility: fields.visibility.default("private"),
  })
  .meta({ id: "CreateAgent" });
export type CreateAgent = z.infer<typeof CreateAgent>;

/** Absent fields stay as they are; `null` clears `description`, `default_model_id`, `fallback_model_id` and `tool_policies`. */
export const UpdateAgent = z
  .object({ ...fields, status: z.enum(["active", "archived"]) })
  .partial()
  .meta({ id: "UpdateAgent" });
export type UpdateAgent = z.infer<typeof UpdateAgent>;
