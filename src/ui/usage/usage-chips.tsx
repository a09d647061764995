import { useQuery } from "@tanstack/react-query";
import type { UsageGrouping } from "@/domain/usage-group";
import { FilterChip } from "@/ui/parts/filter-chip";
import { type UsageSearch, usageQuery } from "./usage-queries";

type Kind = Exclude<UsageGrouping, "day">;

const LABELS: Record<Kind, string> = { agent: "Agent", model: "Model", user: "User" };

/** Whose use alone is shown, and the way back to everyone's. */
export const UsageChips = ({ search, onRemove }: { search: UsageSearch; onRemove: (kind: Kind) => void }) =>
  (["agent", "model", "user"] as const).map((kind) => {
    const key = search[kind];
    return key === undefined ? null : <Chip key={kind} kind={kind} id={key} search={search} onRemove={() => onRemove(kind)} />;
  });

/** The figures know the names of agents and users. */
function Chip({ kind, id, search, onRemove }: { kind: Kind; id: string; search: UsageSearch; onRemove: () => void }) {
  const { data: groups } = useQuery(usageQuery(kind, search));
  return <FilterChip label={LABELS[kind]} value={groups?.find(({ key }) => key === id)?.name ?? id} onRemove={onRemove} />;
}
