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

/**
 * Milliseconds that were worked on a turn as far as its log tells: its answers one after the other, and of the calls that ran side by side here
 * the longest. They were measured without the clock on the wall, and hold nothing of the time in which the turn waited or no server ran.
 */
export function workedMsIn(log: readonly EventDraft[]): number {
  let workedMs = 0;
  let longestCallMs = 0;
  const elsewhere = new Set<string>();
  for (const event of log) {
    if (event.type === "tool.started" && event.data.runs_on) elsewhere.add(event.data.tool_call_id);
    if (event.type === "tool.completed" && !elsewhere.delete(event.data.tool_call_id))
      longestCallMs = Math.max(longestCallMs, event.data.duration_ms ?? 0);
    if (event.type !== "model.completed") continue;
    workedMs += longestCallMs + event.data.duration_ms;
    longestCallMs = 0;
  }
  return workedMs + longestCallMs;
}
