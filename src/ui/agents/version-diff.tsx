import { useQuery } from "@tanstack/react-query";
import type { AgentDefinition } from "@/domain/agent-version";
import { capabilitiesQuery, modelsQuery } from "@/ui/api/queries";
import { DiffView } from "@/ui/parts/diff-view";
import { isSame } from "@/ui/parts/use-draft";

const TITLES: Record<string, string> = {
  name: "name",
  description: "description",
  system_prompt: "system prompt",
  default_model_id: "model",
  fallback_model_id: "fallback model",
  capabilities: "capabilities",
  tool_policies: "tool policies",
};

type Field = { key: string; title: string; before: unknown; next: unknown };

/** The parts of an agent that differ, under the names that people have for them. */
export function changedFields(before: AgentDefinition | null, next: AgentDefinition): Field[] {
  const one: Record<string, unknown> = before ?? {};
  const other: Record<string, unknown> = next;
  return [...new Set([...Object.keys(TITLES), ...Object.keys(one), ...Object.keys(other)])]
    .filter((key) => !isSame(one[key] ?? null, other[key] ?? null))
    .map((key) => ({ key, title: TITLES[key] ?? key.replaceAll("_", " "), before: one[key], next: other[key] }));
}

/** What differs between two versions; against nothing, all that the version is. */
export function VersionDiff({ before, next }: { before: AgentDefinition | null; next: AgentDefinition }) {
  const { data: models = [] } = useQuery(modelsQuery());
  const { data: capabilities = [] } = useQuery(capabilitiesQuery());
  const nameOfModel = (id: string) => models.find((model) => model.id === id)?.display_name ?? "A model that is not here any more";
  const nameOfCapability = (id: string) => capabilities.find((capability) => capability.id === id)?.name ?? id;
  const fields = changedFields(before, next);
  if (fields.length === 0) return <p className="text-faint text-sm">Nothing differs.</p>;

  const text = (key: string, value: unknown): string => {
    if (value === null || value === undefined) return "";
    if (key.endsWith("_model_id")) return nameOfModel(String(value));
    if (key === "capabilities" && Array.isArray(value)) return value.map((id) => nameOfCapability(String(id))).join("\n");
    return typeof value === "string" ? value : JSON.stringify(value, null, 2);
  };
  return (
    <dl className="grid grid-cols-1 gap-4">
      {fields.map((field) => (
        <div key={field.key}>
          <dt className="mb-1 font-medium text-muted text-sm first-letter:uppercase">{field.title}</dt>
          <dd>
            <DiffView before={text(field.key, field.before)} next={text(field.key, field.next)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
