import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Agent } from "@/domain/agent";
import type { SearchHit } from "@/domain/search-hit";
import type { Session, SessionStatus } from "@/domain/session";
import { api } from "@/ui/api/client";
import { type ListOf, nextOffset } from "@/ui/api/queries";

const PER_PAGE = 50;
const HITS_PER_PAGE = 20;

/** Which chats are wanted; `words` are in the title, or were said. */
export type SessionSearch = { words: string; status: SessionStatus | undefined; agent: string | undefined; tag: string | undefined };

const queryOf = ({ status, agent, tag }: SessionSearch): Record<string, string> => ({
  ...(status ? { status } : {}),
  ...(agent ? { agent_id: agent } : {}),
  ...(tag ? { tag } : {}),
});

const pathOf = (path: string, query: Record<string, string>): string => {
  const text = new URLSearchParams(query).toString();
  return text === "" ? path : `${path}?${text}`;
};

export const sessionListPath = (search: SessionSearch, page: Record<string, string> = {}): string =>
  pathOf("/v1/sessions", { ...queryOf(search), ...(search.words ? { search: search.words } : {}), ...page });

const pageAt = (offset: number, limit: number): Record<string, string> => ({ limit: String(limit), offset: String(offset) });

export const sessionListQuery = (search: SessionSearch) =>
  infiniteQueryOptions({
    queryKey: ["sessions", "all", search],
    queryFn: ({ pageParam, signal }) => api.get<ListOf<Session>>(sessionListPath(search, pageAt(pageParam, PER_PAGE)), { signal }),
    initialPageParam: 0,
    getNextPageParam: nextOffset,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });

/** The messages in which the words were said, in the same chats. */
export const messageHitsQuery = (search: SessionSearch) =>
  infiniteQueryOptions({
    queryKey: ["search", "messages", search],
    enabled: search.words.length > 1,
    queryFn: ({ pageParam, signal }) =>
      api.get<ListOf<SearchHit>>(pathOf("/v1/search", { q: search.words, ...queryOf(search), ...pageAt(pageParam, HITS_PER_PAGE) }), {
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: nextOffset,
    placeholderData: keepPreviousData,
  });

/** Every agent there is or was, by name. */
export const allAgentsQuery = () =>
  queryOptions({
    queryKey: ["agents", "all"],
    queryFn: async ({ signal }) => (await api.get<ListOf<Agent>>("/v1/agents?status=all&limit=1000", { signal })).items,
  });
