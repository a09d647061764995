import { z } from "zod";
import { Agent } from "./agent";
import { Id, Timestamp } from "./common";

/** What an agent is made of: everything that changes how it answers. A change of any of it is a new version. */
export const AgentDefinition = Agent.omit({
  id: true,
  lost_model: true,
  version: true,
  tags: true,
  visibility: true,
  status: true,
  created_at: true,
  updated_at: true,
}).meta({ id: "AgentDefinition" });
export type AgentDefinition = z.infer<typeof AgentDefinition>;

/** An agent as it was. Versions count from 1 and are never changed; `created_by` is the user who made the change. */
export const AgentVersion = z
  .object({ agent_id: Id, version: z.int(), definition: AgentDefinition, created_at: Timestamp, created_by: Id.nullable() })
  .meta({ id: "AgentVersion" });
export type AgentVersion = z.infer<typeof AgentVersion>;

export const RollBackAgent = z.object({ version: z.int().min(1) }).meta({ id: "RollBackAgent" });
export type RollBackAgent = z.infer<typeof RollBackAgent>;

/** An agent as a file: YAML front matter between two lines of `---`, then its system prompt as it is. */
export const ImportAgent = z
  .object({
    markdown: z
      .string()
      .min(1)
      .max(600_000)
      .meta({ examples: ["---\nname: Helper\ncapabilities: [current_time]\n---\n\nBe brief.\n"] }),
    /** Changes this agent, as a new version, and makes none. */
    agent_id: Id.nullish(),
  })
  .meta({ id: "ImportAgent" });
export type ImportAgent = z.infer<typeof ImportAgent>;
