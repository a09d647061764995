import { z } from "zod";
import { ToolDescription } from "./tool";

export const Capability = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    status: z.enum(["available", "coming_soon", "deprecated"]),
    icon: z.string(),
    category: z.string(),
    tools: z.array(ToolDescription),
  })
  .meta({ id: "Capability" });
export type Capability = z.infer<typeof Capability>;

export const SetCapabilities = z.object({ capabilities: z.array(z.string().min(1).max(128)).max(100) }).meta({ id: "SetCapabilities" });
export type SetCapabilities = z.infer<typeof SetCapabilities>;

export const AgentCapability = z.object({ capability_id: z.string(), position: z.int() }).meta({ id: "AgentCapability" });
export type AgentCapability = z.infer<typeof AgentCapability>;
