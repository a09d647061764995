import type { Tool } from "@/agent-loop/tool";
import type { Capability } from "@/domain/capability";

/** Instructions and tools that an agent can switch on. `prompt` goes before the agent's own. */
export type CapabilityDefinition = Omit<Capability, "tools"> & { prompt?: string; tools: readonly Tool[] };
