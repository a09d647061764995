import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import type { LlmModelWithProvider } from "@/domain/llm-model";
import { modelsQuery } from "@/ui/api/queries";
import { Menu, MenuChoice, MenuLabel, MenuSeparator } from "@/ui/parts/menu";
import { formatTokens } from "@/ui/platform/format";

export type Choice = { modelId: string | null; effort: string | null };

export const noChoice: Choice = { modelId: null, effort: null };

type Props = {
  /** The model that answers unless another is chosen here: the session's or the agent's. */
  usualModelId: string | null;
  choice: Choice;
  onChange: (choice: Choice) => void;
};

/** Which model answers the next messages, and how hard it thinks where it can. */
export function ModelPicker({ usualModelId, choice, onChange }: Props) {
  const { data: models = [] } = useQuery(modelsQuery());
  const usable = models.filter(({ status }) => status === "active");
  const usual = usable.find(({ id }) => id === usualModelId) ?? usable.find(({ is_default }) => is_default);
  const chosen = usable.find(({ id }) => id === choice.modelId) ?? usual;
  const efforts = chosen?.profile?.reasoning_effort?.values ?? [];
  if (usable.length === 0) return null;
  return (
    <Menu
      align="start"
      className="w-80"
      trigger={
        <button
          type="button"
          aria-label={`Model: ${chosen?.display_name ?? "none"}`}
          className="inline-flex h-8 min-w-0 items-center gap-1.5 rounded-lg px-2 text-muted text-sm hover:bg-hover hover:text-ink pointer-coarse:h-10"
        >
          <span className="max-w-48 truncate">{chosen?.display_name ?? "Choose a model"}</span>
          {choice.effort && <span className="text-faint">{choice.effort}</span>}
          <ChevronDown size={14} aria-hidden className="shrink-0" />
        </button>
      }
    >
      {[...Map.groupBy(usable, ({ provider_name }) => provider_name)].map(([provider, own]) => (
        <div key={provider}>
          <MenuLabel>{provider}</MenuLabel>
          {own.map((model) => (
            <MenuChoice
              key={model.id}
              isChosen={model === chosen}
              note={noteOf(model)}
              onSelect={() => onChange({ modelId: model === usual ? null : model.id, effort: null })}
            >
              {model.display_name}
            </MenuChoice>
          ))}
        </div>
      ))}
      {efforts.length > 0 && (
        <>
          <MenuSeparator />
          <MenuLabel>Reasoning</MenuLabel>
          <MenuChoice isChosen={choice.effort === null} onSelect={() => onChange({ ...choice, effort: null })}>
            As usual
          </MenuChoice>
          {efforts.map((effort) => (
            <MenuChoice key={effort} isChosen={choice.effort === effort} onSelect={() => onChange({ ...choice, effort })}>
              {effort}
            </MenuChoice>
          ))}
        </>
      )}
    </Menu>
  );
}

function noteOf({ context_window, profile }: LlmModelWithProvider): string | undefined {
  const context = context_window ?? profile?.limits?.context;
  const cost = profile?.cost ? `$${profile.cost.input} / $${profile.cost.output}` : null;
  return [context ? formatTokens(context) : null, cost].filter(Boolean).join(" · ") || undefined;
}

/** What goes with a message; null where nothing was chosen. */
export const controlsOf = ({ modelId, effort }: Choice) =>
  modelId === null && effort === null ? null : { ...(modelId ? { model_id: modelId } : {}), ...(effort ? { reasoning: { effort } } : {}) };
