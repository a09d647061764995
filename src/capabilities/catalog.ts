import { describeTool, type Tool } from "@/agent-loop/tool";
import type { Capability } from "@/domain/capability";
import { invalid, notFound } from "@/platform/app-error";
import type { CapabilityDefinition } from "./capability-definition";
import { research, sandbox, webFetch } from "./coming-soon";
import { currentTime } from "./current-time";
import { fileSystemOutline } from "./file-system";
import { noOp } from "./no-op";
import { taskList } from "./task-list";
import { testMath } from "./test-math";
import { testWeather } from "./test-weather";

export type { CapabilityDefinition } from "./capability-definition";

/** In the order in which the API lists them. */
export const builtInCapabilities: readonly CapabilityDefinition[] = [
  noOp,
  currentTime,
  research,
  sandbox,
  fileSystemOutline,
  testMath,
  testWeather,
  taskList,
  webFetch,
];

/** Some capabilities need parts of the server: once those are there, these take the places of the ones with the same ids. */
export const withParts = (definitions: readonly CapabilityDefinition[], made: readonly CapabilityDefinition[]): CapabilityDefinition[] =>
  definitions.map((definition) => made.find(({ id }) => id === definition.id) ?? definition);

export type Catalog = ReturnType<typeof createCatalog>;

/** What agents can be given: what is built in, and what comes and goes while the server runs. */
export const createCatalog = (builtIn: readonly CapabilityDefinition[], added: () => readonly CapabilityDefinition[] = () => []) => {
  const all = () => [...builtIn, ...added()];
  const find = (id: string): CapabilityDefinition | undefined => all().find((capability) => capability.id === id);

  return {
    list: (): Capability[] => all().map(toApi),

    get(id: string): Capability {
      const definition = find(id);
      if (!definition) throw notFound("Capability");
      return toApi(definition);
    },

    /** Throws unless every id is known and none comes twice. Those that are coming soon are accepted, and not applied until they come. */
    check(ids: readonly string[]): void {
      if (new Set(ids).size < ids.length) throw invalid("capabilities must not name one of them twice");
      if (!ids.every(find)) throw invalid("capabilities must be among those that GET /v1/capabilities lists");
    },

    /**
     * What an agent with these capabilities, in this order, tells and offers the model: byte for byte the same on every call.
     * Ids that this version does not know and capabilities that are not available are left out; of two tools with one name the first stays.
     */
    equip(ids: readonly string[], systemPrompt: string): { instructions: string; tools: readonly Tool[] } {
      const applied = [...new Set(ids)].flatMap((id) => find(id) ?? []).filter(({ status }) => status === "available");
      const tools = new Map<string, Tool>();
      for (const tool of applied.flatMap((capability) => capability.tools)) {
        if (!tools.has(tool.name)) tools.set(tool.name, tool);
      }
      const prompts = [...applied.map(({ prompt }) => prompt), systemPrompt];
      return { instructions: prompts.filter((prompt) => prompt?.trim()).join("\n\n"), tools: [...tools.values()] };
    },
  };
};

const toApi = ({ id, name, description, status, icon, category, tools }: CapabilityDefinition): Capability => ({
  id,
  name,
  description,
  status,
  icon,
  category,
  tools: tools.map(describeTool),
});
