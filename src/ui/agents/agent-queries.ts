import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Agent } from "@/domain/agent";
import type { AgentVersion } from "@/domain/agent-version";
import type { Session } from "@/domain/session";
import { api } from "@/ui/api/client";
import { type ListOf, nextOffset, queryClient } from "@/ui/api/queries";

const PER_PAGE = 50;

export type AgentFilter = { search: string; tag: string | undefined; isArchived: boolean };

export const agentListPath = ({ search, tag, isArchived }: AgentFilter): string => {
  const query = new URLSearchParams({
    ...(isArchived ? { status: "archived" } : {}),
    ...(search ? { search } : {}),
    ...(tag ? { tag } : {}),
  });
  return query.size > 0 ? `/v1/agents?${query}` : "/v1/agents";
};

export const agentListQuery = (filter: AgentFilter) =>
  infiniteQueryOptions({
    queryKey: ["agents", "list", filter],
    queryFn: ({ pageParam, signal }) => {
      const path = agentListPath(filter);
      return api.get<ListOf<Agent>>(`${path}${path.includes("?") ? "&" : "?"}limit=${PER_PAGE}&offset=${pageParam}`, { signal });
    },
    initialPageParam: 0,
    getNextPageParam: nextOffset,
    placeholderData: keepPreviousData,
  });

export const agentVersionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["agents", id, "versions"],
    queryFn: ({ pageParam, signal }) =>
      api.get<ListOf<AgentVersion>>(`/v1/agents/${id}/versions?limit=${PER_PAGE}&offset=${pageParam}`, { signal }),
    initialPageParam: 0,
    getNextPageParam: nextOffset,
  });

export const agentVersionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["agents", id, "versions", version],
    // A version never changes.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<AgentVersion>(`/v1/agents/${id}/versions/${version}`, { signal }),
  });

export const agentSessionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["sessions", "of-agent", id],
    queryFn: ({ pageParam, signal }) =>
      api.get<ListOf<Session>>(`/v1/agents/${id}/sessions?limit=${PER_PAGE}&offset=${pageParam}`, { signal }),
    initialPageParam: 0,
    getNextPageParam: nextOffset,
  });

/** Shows a changed agent everywhere. */
export function agentChanged(agent: Agent): void {
  queryClient.setQueryData(["agents", agent.id], agent);
  void queryClient.invalidateQueries({ queryKey: ["agents"] });
}
