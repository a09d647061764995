import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { UsageGroup, UsageGrouping } from "@/domain/usage-group";
import { api } from "@/ui/api/client";
import type { ListOf } from "@/ui/api/queries";

export const RANGES = [7, 30, 90] as const;

/** So many days up to today, and whose use is counted. */
export type UsageSearch = {
  days: (typeof RANGES)[number];
  agent: string | undefined;
  model: string | undefined;
  user: string | undefined;
};

export function usagePath(groupBy: UsageGrouping, { days, agent, model, user }: UsageSearch): string {
  const query = new URLSearchParams({
    group_by: groupBy,
    days: String(days),
    ...(groupBy === "day" ? { include_empty: "true" } : {}),
    ...(agent ? { agent_id: agent } : {}),
    ...(model ? { model } : {}),
    ...(user ? { user_id: user } : {}),
  });
  return `/v1/usage?${query}`;
}

export const usageQuery = (groupBy: UsageGrouping, search: UsageSearch) =>
  queryOptions({
    queryKey: ["usage", groupBy, search],
    queryFn: async ({ signal }) => (await api.get<ListOf<UsageGroup>>(`${usagePath(groupBy, search)}&limit=1000`, { signal })).items,
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
