import type { UsageGroup } from "@/domain/usage-group";
import { formatCost, formatCount, formatTokens } from "@/ui/platform/format";
import { DayChart } from "./day-chart";
import type { Sums } from "./usage-sums";

/** What was used, day by day, in four pictures. */
export function UsageCharts({ groups, sums }: { groups: readonly UsageGroup[]; sums: Sums }) {
  const days = groups.map(({ key }) => key);
  const cached = sums.inputTokens > 0 ? Math.round((100 * sums.cachedTokens) / sums.inputTokens) : 0;
  const failed = sums.turns > 0 ? (100 * sums.failures) / sums.turns : 0;
  return (
    <div className="mb-10 grid grid-cols-1 gap-4 md:grid-cols-2">
      <DayChart
        title="Tokens"
        total={formatTokens(sums.inputTokens + sums.outputTokens)}
        note={cached > 0 ? `${cached} % of the input from caches` : undefined}
        days={days}
        series={[
          { label: "In", token: "--line-strong", values: groups.map(({ input_tokens }) => input_tokens) },
          { label: "Out", token: "--accent", values: groups.map(({ output_tokens }) => output_tokens) },
        ]}
        format={formatTokens}
        isWhole
      />
      <DayChart
        title="Cost"
        total={sums.costUsd === null ? "Unknown" : formatCost(sums.costUsd)}
        note={unpricedWords(sums)}
        days={days}
        series={[{ label: "Cost", token: "--primary", values: groups.map(({ cost_usd }) => cost_usd) }]}
        format={formatCost}
        isUnknown={sums.costUsd === null}
        formatStep={(usd) => `$${Number(usd.toPrecision(6))}`}
      />
      <DayChart
        title="Turns"
        total={formatCount(sums.turns)}
        days={days}
        series={[{ label: "Turns", token: "--primary", values: groups.map(({ turns }) => turns) }]}
        format={formatTokens}
        isWhole
      />
      <DayChart
        title="Failed turns"
        total={formatCount(sums.failures)}
        note={sums.failures > 0 ? `${failed < 0.1 ? "<0.1" : failed.toFixed(1)} % of all turns` : undefined}
        days={days}
        series={[{ label: "Failed turns", token: "--danger", values: groups.map(({ failures }) => failures) }]}
        format={formatTokens}
        isWhole
      />
    </div>
  );
}

function unpricedWords({ costUsd, unpricedCalls }: Sums): string | undefined {
  if (unpricedCalls === 0) return undefined;
  if (costUsd === null) return "No price is known for these models";
  return `Without ${formatCount(unpricedCalls)} ${unpricedCalls === 1 ? "call" : "calls"} to models whose price is not known`;
}
