import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import type { Capability } from "@/domain/capability";
import { Badge } from "@/ui/parts/badge";
import { visibleText } from "@/ui/parts/visible-text";
import { classes } from "@/ui/platform/class-names";
import { CapabilityIcon } from "./capability-icon";
import { ToolView } from "./tool-view";

const STATUS: Record<Capability["status"], string | null> = { available: null, coming_soon: "Coming soon", deprecated: "Deprecated" };

/** A capability; its tools are unfolded by a press. */
export function CapabilityRow({ capability: { id, name, description, icon, status, tools } }: { capability: Capability }) {
  const toolsId = useId();
  const [isOpen, setIsOpen] = useState(false);
  const about = (
    <>
      <CapabilityIcon name={icon} className="mt-0.5" />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium [overflow-wrap:anywhere]">{name}</span>
          <code className="font-mono text-faint text-xs [overflow-wrap:anywhere]">{id}</code>
          {STATUS[status] && <Badge look={status === "deprecated" ? "warn" : "plain"}>{STATUS[status]}</Badge>}
        </span>
        <span className="block text-muted text-sm [overflow-wrap:anywhere]">{visibleText(description)}</span>
      </span>
    </>
  );
  if (tools.length === 0) return <li className="flex items-start gap-3 px-4 py-3.5">{about}</li>;
  return (
    <li>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={toolsId}
        onClick={() => setIsOpen(!isOpen)}
        className="flex w-full items-start gap-3 rounded-xl px-4 py-3.5 text-left hover:bg-panel"
      >
        {about}
        <span className="flex shrink-0 items-center gap-1 text-faint text-sm">
          {tools.length === 1 ? "1 tool" : `${tools.length} tools`}
          <ChevronRight size={16} aria-hidden className={classes("transition-transform", isOpen && "rotate-90")} />
        </span>
      </button>
      {isOpen && (
        <ul id={toolsId} aria-label={`Tools of ${name}`} className="mx-4 mb-4 divide-y divide-line rounded-xl bg-panel p-4 sm:ml-11">
          {tools.map((tool) => (
            <ToolView key={tool.name} tool={tool} />
          ))}
        </ul>
      )}
    </li>
  );
}
