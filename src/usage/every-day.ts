import { noUsage } from "@/domain/usage";
import type { UsageGroup } from "@/domain/usage-group";
import type { Page, PageQuery } from "@/http/lists";

const DAY_MS = 24 * 3_600_000;

export const dayOf = (moment: number): string => new Date(moment).toISOString().slice(0, 10);

/** The day so many days later, or earlier. */
export const addDays = (day: string, days: number): string => dayOf(Date.parse(day) + days * DAY_MS);

/** One page of all days of a range, those without use among them: only what the page shows is made, however long the range is. */
export function everyDay(
  used: readonly UsageGroup[],
  { from, to }: { from: string; to: string },
  { offset, limit }: PageQuery,
): Page<UsageGroup> {
  const byDay = new Map(used.map((group) => [group.key, group]));
  const total = Math.max(0, (Date.parse(to) - Date.parse(from)) / DAY_MS + 1);
  const days = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, index) => addDays(from, offset + index));
  return { items: days.map((day) => byDay.get(day) ?? emptyDay(day)), total };
}

const emptyDay = (day: string): UsageGroup => ({
  key: day,
  name: day,
  ...noUsage,
  cost_usd: 0,
  model_calls: 0,
  unpriced_calls: 0,
  turns: 0,
  failures: 0,
});
