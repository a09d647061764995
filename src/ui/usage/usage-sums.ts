import type { UsageGroup } from "@/domain/usage-group";
import { formatCost } from "@/ui/platform/format";

export type Sums = {
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  /** Null where no price is known at all. */
  costUsd: number | null;
  unpricedCalls: number;
  turns: number;
  failures: number;
};

/** All of them together. */
export function sumOf(groups: readonly UsageGroup[]): Sums {
  const sum = (of: (group: UsageGroup) => number) => groups.reduce((total, group) => total + of(group), 0);
  const used = groups.filter(({ model_calls }) => model_calls > 0);
  return {
    inputTokens: sum(({ input_tokens }) => input_tokens),
    outputTokens: sum(({ output_tokens }) => output_tokens),
    cachedTokens: sum(({ cache_read_tokens }) => cache_read_tokens),
    costUsd: used.length > 0 && used.every(({ cost_usd }) => cost_usd === null) ? null : sum(({ cost_usd }) => cost_usd ?? 0),
    unpricedCalls: sum(({ unpriced_calls }) => unpriced_calls),
    turns: sum(({ turns }) => turns),
    failures: sum(({ failures }) => failures),
  };
}

export const tokensOf = ({ input_tokens, output_tokens }: UsageGroup): number => input_tokens + output_tokens;

type Cost = Pick<UsageGroup, "cost_usd" | "unpriced_calls">;

/** Calls without a price are left out of its cost. */
export const isPartlyPriced = ({ cost_usd, unpriced_calls }: Cost): boolean => cost_usd !== null && unpriced_calls > 0;

/** A cost that may not be known, or not whole. */
export function costWords(cost: Cost): string {
  if (cost.cost_usd === null) return cost.unpriced_calls > 0 ? "Unknown" : "";
  return `${formatCost(cost.cost_usd)}${isPartlyPriced(cost) ? "+" : ""}`;
}
