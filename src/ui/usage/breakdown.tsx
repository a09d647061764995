import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { UsageGroup, UsageGrouping } from "@/domain/usage-group";
import { Button } from "@/ui/parts/button";
import { ErrorState } from "@/ui/parts/error-state";
import { Section } from "@/ui/parts/section";
import { Table } from "@/ui/parts/table";
import { formatCount, formatTokens } from "@/ui/platform/format";
import { type UsageSearch, usageQuery } from "./usage-queries";
import { costWords, isPartlyPriced, tokensOf } from "./usage-sums";

/** So many are shown before all are asked for. */
const MOST_SHOWN = 8;

type Props = {
  title: string;
  noun: string;
  groupBy: Exclude<UsageGrouping, "day">;
  search: UsageSearch;
  onChoose: (key: string) => void;
};

/** Who or what used how much, the dearest first; each can be looked at alone. */
export function Breakdown({ title, noun, groupBy, search, onChoose }: Props) {
  const [isWhole, setIsWhole] = useState(false);
  const { data: groups, error, refetch } = useQuery(usageQuery(groupBy, search));
  if (error && !groups) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!groups || groups.length === 0) return null;
  const most = Math.max(1, ...groups.map(tokensOf));
  return (
    <Section title={title}>
      <Table
        caption={title}
        rows={isWhole ? groups : groups.slice(0, MOST_SHOWN)}
        keyOf={({ key }) => key}
        columns={[
          { title: noun, cell: (group) => <Name group={group} share={tokensOf(group) / most} onChoose={onChoose} /> },
          { title: "Tokens", isNumber: true, cell: (group) => formatTokens(tokensOf(group)) },
          { title: "Cost", isNumber: true, cell: costWords },
          { title: "Turns", isNumber: true, isExtra: true, cell: ({ turns }) => formatCount(turns) },
          { title: "Failed", isNumber: true, isExtra: true, cell: ({ failures }) => formatCount(failures) },
        ]}
      />
      {groups.some(isPartlyPriced) && <p className="mt-2 text-faint text-xs">+ and what was used of models whose price is not known</p>}
      {groups.length > MOST_SHOWN && (
        <div className="mt-4 text-center">
          <Button onClick={() => setIsWhole(!isWhole)} aria-expanded={isWhole}>
            {isWhole ? "Show fewer" : `Show all ${formatCount(groups.length)}`}
          </Button>
        </div>
      )}
    </Section>
  );
}

function Name({ group: { key, name }, share, onChoose }: { group: UsageGroup; share: number; onChoose: (key: string) => void }) {
  return (
    <div className="grid grid-cols-1 gap-1.5 md:min-w-72">
      {key === "" ? (
        <span className="text-muted">No model was reached</span>
      ) : (
        <button
          type="button"
          onClick={() => onChoose(key)}
          title={`Only ${name}`}
          className="line-clamp-2 w-fit max-w-full text-left underline-offset-4 [overflow-wrap:anywhere] hover:underline"
        >
          {name}
        </button>
      )}
      <span aria-hidden className="h-1 overflow-hidden rounded-full bg-hover">
        <span className="block h-full rounded-full bg-line-strong" style={{ width: `${Math.max(share * 100, share > 0 ? 1 : 0)}%` }} />
      </span>
    </div>
  );
}
