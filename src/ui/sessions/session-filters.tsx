import type { Agent } from "@/domain/agent";
import type { SessionStatus } from "@/domain/session";
import { FilterChip } from "@/ui/parts/filter-chip";
import { FilterSelect } from "@/ui/parts/filter-select";
import { SearchField } from "@/ui/parts/search-field";

const STATUSES: readonly { value: SessionStatus; label: string }[] = [
  { value: "running", label: "Running" },
  { value: "waiting", label: "Waits for you" },
  { value: "failed", label: "Failed" },
  { value: "pending", label: "At rest" },
];

export type Filters = { q?: string | undefined; status?: SessionStatus | undefined; agent?: string | undefined; tag?: string | undefined };

type Props = { filters: Filters; agents: readonly Agent[]; onChange: (change: Filters) => void };

/** What the list of chats is sifted by. */
export function SessionFilters({ filters: { q = "", status, agent, tag }, agents, onChange }: Props) {
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2">
      <SearchField
        label="Search titles and messages"
        value={q}
        onChange={(words) => onChange({ q: words === "" ? undefined : words })}
        className="min-w-56 flex-1 max-sm:basis-full"
      />
      <FilterSelect
        label="Status"
        all="Any status"
        value={status}
        choices={STATUSES}
        onChange={(value) => onChange({ status: value as SessionStatus | undefined })}
      />
      <FilterSelect
        label="Agent"
        all="Any agent"
        value={agent}
        choices={agents.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(value) => onChange({ agent: value })}
      />
      {tag && <FilterChip label="Tag" value={tag} onRemove={() => onChange({ tag: undefined })} />}
    </search>
  );
}
