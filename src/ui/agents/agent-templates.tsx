import { useQuery } from "@tanstack/react-query";
import { capabilitiesQuery } from "@/ui/api/queries";
import { AGENT_TEMPLATES } from "@/ui/first-run/agent-templates";
import type { AgentDraft } from "./agent-draft";

type Props = { isShown: boolean; onChoose: (fields: Partial<AgentDraft>) => void };

/** Something to begin with, as long as the form is untouched. */
export function AgentTemplates({ isShown, onChoose }: Props) {
  const { data: known = [] } = useQuery(capabilitiesQuery());
  if (!isShown) return null;
  return (
    <fieldset className="mb-6 grid grid-cols-1 gap-2 sm:grid-cols-3">
      <legend className="sr-only">Begin with</legend>
      {AGENT_TEMPLATES.map(({ name, description, icon: Icon, prompt, capabilities }) => (
        <button
          key={name}
          type="button"
          onClick={() =>
            onChoose({
              name,
              description,
              system_prompt: prompt,
              capabilities: capabilities.filter((id) => known.some((capability) => capability.id === id)),
            })
          }
          className="flex items-start gap-3 rounded-xl border border-line px-4 py-3 text-left text-sm transition-colors hover:bg-panel"
        >
          <Icon size={18} aria-hidden className="mt-0.5 shrink-0 text-accent" />
          <span>
            <span className="block font-medium">{`Like ${name}`}</span>
            <span className="text-muted">{description}</span>
          </span>
        </button>
      ))}
    </fieldset>
  );
}
