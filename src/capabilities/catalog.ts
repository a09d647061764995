import { describeTool, type Tool } from "@/agent-loop/tool";
import type { Capability } from "@/domain/capability";
import type { CapabilityDefinition } from "./capability-definition";
import { fileSystem, research, sandbox, webFetch } from "./coming-soon";
import { currentTime } from "./current-time";
import { noOp } from "./no-op";
import { taskList } from "./task-list";
import { testMath } from "./test-math";
import { testWeather } from "./test-weather";

export type { CapabilityDefinition } from "./capability-definition";

/** In the order in which the API lists them. */
export const capabilityCatalog: readonly CapabilityDefinition[] = [
  noOp,
  currentTime,
  research,
  sandbox,
  fileSystem,
  testMath,
  testWeather,
  taskList,
  webFetch,
];

export const findCapability = (id: string): CapabilityDefinition | undefined =>
  capabilityCatalog.find((capability) => capability.id === id);

export const toApi = ({ id, name, description, status, icon, category, tools }: CapabilityDefinition): Capability => ({
  id,
  name,
  description,
  status,
  icon,
  category,
  tools: tools.map(describeTool),
});

/**
 * What an agent with these capabilities, in this order, tells and offers the model: byte for byte the same on every call.
 * Ids that this version does not know and capabilities that are not available are left out; of two tools with one name the first stays.
 */
export function equip(capabilityIds: readonly string[], systemPrompt: string): { instructions: string; tools: readonly Tool[] } {
  const applied = [...new Set(capabilityIds)].flatMap((id) => findCapability(id) ?? []).filter(({ status }) => status === "available");
  const tools = new Map<string, Tool>();
  for (const tool of applied.flatMap((capability) => capability.tools)) {
    if (!tools.has(tool.name)) tools.set(tool.name, tool);
  }
  const prompts = [...applied.map(({ prompt }) => prompt), systemPrompt];
  return { instructions: prompts.filter((prompt) => prompt?.trim()).join("\n\n"), tools: [...tools.values()] };
}
