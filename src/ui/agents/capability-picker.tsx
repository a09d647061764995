import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, X } from "lucide-react";
import type { Capability } from "@/domain/capability";
import type { ToolPolicy } from "@/domain/tool";
import { wordsOf } from "@/ui/api/client";
import { capabilitiesQuery } from "@/ui/api/queries";
import { CapabilityIcon } from "@/ui/capabilities/capability-icon";
import { Badge } from "@/ui/parts/badge";
import { IconButton } from "@/ui/parts/button";
import { Outcome } from "@/ui/parts/outcome";
import { AddCapability } from "./add-capability";
import { PolicyList } from "./policy-list";

type Props = {
  chosen: readonly string[];
  /** Undefined where the server knows no such policies. */
  policies: Record<string, ToolPolicy> | undefined;
  error?: string | undefined;
  onChange: (chosen: string[]) => void;
  onPolicies: (policies: Record<string, ToolPolicy>) => void;
};

/** The capabilities of an agent in their order, and those that could be added. */
export function CapabilityPicker({ chosen, policies, error, onChange, onPolicies }: Props) {
  const { data: known, error: failure } = useQuery(capabilitiesQuery());
  const byId = new Map(known?.map((capability) => [capability.id, capability]));
  const move = (index: number, by: number) => {
    const next = [...chosen];
    next.splice(index + by, 0, ...next.splice(index, 1));
    onChange(next);
  };
  return (
    <div className="grid grid-cols-1 gap-3">
      {failure && <Outcome kind="failure">{wordsOf(failure)}</Outcome>}
      {chosen.length > 0 && (
        <ol aria-label="Chosen capabilities" className="divide-y divide-line rounded-xl border border-line">
          {chosen.map((id, index) => (
            <li key={id} className="px-4 py-3">
              <div className="flex flex-wrap items-start gap-x-3 gap-y-1">
                <Named id={id} capability={byId.get(id)} isKnown={known === undefined || byId.has(id)} />
                <div className="ml-auto flex shrink-0">
                  <IconButton label={`Move ${nameOf(byId, id)} up`} disabled={index === 0} onClick={() => move(index, -1)}>
                    <ArrowUp size={16} />
                  </IconButton>
                  <IconButton label={`Move ${nameOf(byId, id)} down`} disabled={index === chosen.length - 1} onClick={() => move(index, 1)}>
                    <ArrowDown size={16} />
                  </IconButton>
                  <IconButton label={`Remove ${nameOf(byId, id)}`} onClick={() => onChange(chosen.filter((other) => other !== id))}>
                    <X size={16} />
                  </IconButton>
                </div>
              </div>
              {policies && <PolicyList tools={byId.get(id)?.tools ?? []} policies={policies} onChange={onPolicies} />}
            </li>
          ))}
        </ol>
      )}
      {error && (
        <p role="alert" className="text-danger text-sm">
          {error}
        </p>
      )}
      <AddCapability
        capabilities={(known ?? []).filter(({ id }) => !chosen.includes(id))}
        isEmpty={chosen.length === 0}
        onAdd={(id) => onChange([...chosen, id])}
      />
    </div>
  );
}

const nameOf = (byId: ReadonlyMap<string, Capability>, id: string): string => byId.get(id)?.name ?? id;

function Named({ id, capability, isKnown }: { id: string; capability: Capability | undefined; isKnown: boolean }) {
  return (
    <>
      <CapabilityIcon name={capability?.icon ?? ""} className="mt-0.5" />
      <div className="min-w-52 flex-1 text-sm">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          <span className="[overflow-wrap:anywhere]">{capability?.name ?? id}</span>
          {capability?.status === "coming_soon" && <Badge>Coming soon</Badge>}
          {!isKnown && <Badge look="warn">Not here any more</Badge>}
        </p>
        <p className="text-muted [overflow-wrap:anywhere]">
          {isKnown ? capability?.description : "It is passed over until it is back. Remove it if it stays away."}
        </p>
      </div>
    </>
  );
}
