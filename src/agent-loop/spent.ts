import type { EventDraft } from "@/domain/event";
import { addUsage, noUsage, type Usage } from "@/domain/usage";

export type Spent = { usage: Usage; cost_usd: number | null };

/** Tokens and money of all the model calls in a turn's log, those that summarised it too; the money is null while no price is known. */
export function spentIn(log: readonly EventDraft[]): Spent {
  let spent: Spent = { usage: noUsage, cost_usd: null };
  for (const event of log) {
    if (event.type !== "model.completed" && event.type !== "context.compacted") continue;
    const { usage, cost_usd } = event.data;
    spent = { usage: addUsage(spent.usage, usage), cost_usd: cost_usd === null ? spent.cost_usd : (spent.cost_usd ?? 0) + cost_usd };
  }
  return spent;
}
