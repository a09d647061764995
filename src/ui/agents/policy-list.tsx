import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import type { ToolDescription, ToolPolicy } from "@/domain/tool";
import { classes } from "@/ui/platform/class-names";

type Props = {
  tools: readonly ToolDescription[];
  policies: Record<string, ToolPolicy>;
  onChange: (policies: Record<string, ToolPolicy>) => void;
};

export const POLICY_WORDS: Record<ToolPolicy, string> = { auto: "Runs by itself", requires_approval: "Asks first" };

/** Which of a capability's tools ask a person before they run, where the agent sees it otherwise than the tool. */
export function PolicyList({ tools, policies, onChange }: Props) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  if (tools.length === 0) return null;
  const own = tools.filter(({ name }) => policies[name] !== undefined).length;
  const set = (name: string, policy: string) => {
    const { [name]: _, ...others } = policies;
    onChange(policy === "" ? others : { ...others, [name]: policy as ToolPolicy });
  };
  return (
    <div className="mt-2 ml-7">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
        className="inline-flex items-center gap-1 rounded text-muted text-sm hover:text-ink pointer-coarse:py-2"
      >
        <ChevronRight size={15} aria-hidden className={classes("transition-transform", isOpen && "rotate-90")} />
        {`${tools.length === 1 ? "1 tool" : `${tools.length} tools`}${own > 0 ? ` · ${own} with a policy of its own` : ""}`}
      </button>
      {isOpen && (
        <ul id={id} className="mt-2 grid grid-cols-1 gap-2">
          {tools.map(({ name, policy }) => (
            <li key={name} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm">
              <code className="font-mono text-xs [overflow-wrap:anywhere]">{name}</code>
              <select
                aria-label={`When ${name} is called`}
                value={policies[name] ?? ""}
                onChange={({ target }) => set(name, target.value)}
                className="h-8 rounded-lg border border-line bg-canvas px-2 text-sm hover:border-line-strong pointer-coarse:h-10"
              >
                <option value="">{`As the tool says: ${POLICY_WORDS[policy].toLowerCase()}`}</option>
                <option value="auto">{POLICY_WORDS.auto}</option>
                <option value="requires_approval">{POLICY_WORDS.requires_approval}</option>
              </select>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
