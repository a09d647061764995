import type { ToolDescription, ToolEffect } from "@/domain/tool";
import { Badge } from "@/ui/parts/badge";
import { visibleText } from "@/ui/parts/visible-text";
import { ParameterList } from "./parameter-list";

const EFFECTS: Record<ToolEffect, { name: string; words: string }> = {
  pure: { name: "Only reads", words: "It changes nothing, so a call that a restart cut short simply runs again." },
  idempotent: { name: "Repeatable", words: "Running it twice comes to the same, so a call that a restart cut short runs again." },
  transactional: { name: "All or nothing", words: "What it changes is kept together with its result, or not at all." },
  unsafe: { name: "Runs once", words: "It is never run twice: the outcome of a call that a restart cut short is reported as unknown." },
};

/** A tool as the model is told of it, and how it is run. */
export const ToolView = ({ tool: { name, description, parameters, effect, policy } }: { tool: ToolDescription }) => (
  <li className="py-3 first:pt-0 last:pb-0">
    <p className="flex flex-wrap items-center gap-2">
      <code className="font-medium font-mono text-sm [overflow-wrap:anywhere]">{name}</code>
      <Badge>{EFFECTS[effect].name}</Badge>
      {policy === "requires_approval" && <Badge look="warn">Asks first</Badge>}
    </p>
    <p className="mt-1 whitespace-pre-line text-sm [overflow-wrap:anywhere]">{visibleText(description)}</p>
    <ParameterList schema={parameters} />
    <p className="mt-2 text-faint text-xs">
      {EFFECTS[effect].words} {policy === "requires_approval" ? "Each call waits for a person's yes." : "It runs without asking."}
    </p>
  </li>
);
