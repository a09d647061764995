import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import type { Agent } from "@/domain/agent";
import type { Capability } from "@/domain/capability";
import type { LlmModelWithProvider } from "@/domain/llm-model";
import type { LlmProvider } from "@/domain/llm-provider";
import type { SearchHit } from "@/domain/search-hit";
import type { Session } from "@/domain/session";
import type { User } from "@/domain/user";
import { ApiError, api, onSignedOut, renewLogin } from "./client";

/** A list as the API answers it. */
export type ListOf<Item> = { items: Item[]; total: number; offset: number; limit: number };

/** Where a list goes on after the pages that are here. */
export const nextOffset = ({ offset, limit, total }: ListOf<unknown>) => (offset + limit < total ? offset + limit : undefined);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // The client repeats by itself what a restart of the server cut off.
      retry: false,
      refetchOnWindowFocus: true,
    },
  },
});

/**
 * What the page asks for, by name: `useQuery(agentsQuery())`. After a change: `queryClient.invalidateQueries({ queryKey: ["agents"] })`.
 * The first word of a key is the resource's.
 */
export const agentsQuery = () =>
  queryOptions({
    queryKey: ["agents"],
    queryFn: async ({ signal }) => (await api.get<ListOf<Agent>>("/v1/agents?limit=1000", { signal })).items,
  });

export const agentQuery = (id: string) =>
  queryOptions({ queryKey: ["agents", id], queryFn: ({ signal }) => api.get<Agent>(`/v1/agents/${id}`, { signal }) });

export const capabilitiesQuery = () =>
  queryOptions({
    queryKey: ["capabilities"],
    queryFn: async ({ signal }) => (await api.get<ListOf<Capability>>("/v1/capabilities?limit=1000", { signal })).items,
  });

export const providersQuery = () =>
  queryOptions({
    queryKey: ["llm-providers"],
    queryFn: ({ signal }) => api.get<LlmProvider[]>("/v1/llm-providers?limit=1000", { signal }),
  });

/** A program on this machine that offers models and is no provider yet. */
export type FoundProvider = { name: string; provider_type: LlmProvider["provider_type"]; base_url: string; models: string[] };

export const foundProvidersQuery = () =>
  queryOptions({
    queryKey: ["llm-providers", "discover"],
    queryFn: async ({ signal }) => (await api.get<{ items: FoundProvider[] }>("/v1/local-llm-providers", { signal })).items,
  });

export const modelsQuery = () =>
  queryOptions({
    queryKey: ["llm-models"],
    queryFn: ({ signal }) => api.get<LlmModelWithProvider[]>("/v1/llm-models?limit=1000", { signal }),
  });

const SESSIONS_PER_PAGE = 40;

export const sessionsQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ["sessions", "list", search],
    queryFn: ({ pageParam, signal }) =>
      api.get<ListOf<Session>>(
        `/v1/sessions?limit=${SESSIONS_PER_PAGE}&offset=${pageParam}${search === "" ? "" : `&search=${encodeURIComponent(search)}`}`,
        { signal },
      ),
    initialPageParam: 0,
    getNextPageParam: nextOffset,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(({ status }) => status === "running")) ? 4000 : 30_000,
  });

export const sessionQuery = (id: string) =>
  queryOptions({
    queryKey: ["sessions", id],
    queryFn: ({ signal }) => api.get<Session>(`/v1/sessions/${id}`, { signal }),
  });

/** What was said anywhere, by its words. */
export const searchQuery = (words: string) =>
  queryOptions({
    queryKey: ["search", words],
    enabled: words.length > 1,
    queryFn: async ({ signal }) =>
      (await api.get<ListOf<SearchHit>>(`/v1/search?limit=12&q=${encodeURIComponent(words)}`, { signal })).items,
  });

/** Who is asking; null where one must sign in first. */
export const meQuery = () =>
  queryOptions({
    queryKey: ["me"],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<User | null> => {
      try {
        return await api.get<User>("/api/auth/me", { signal });
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 401)) throw error;
        return (await renewLogin()) ? api.get<User>("/api/auth/me", { signal }) : null;
      }
    },
  });

onSignedOut(() => void queryClient.setQueryData(meQuery().queryKey, null));

/** How one signs in here. */
export type AuthConfig = {
  mode: "none" | "admin" | "full";
  password_auth_enabled: boolean;
  oauth_providers: string[];
  signup_enabled: boolean;
  /** There is no account yet, and the first is made with the link that the server printed. */
  setup_required: boolean;
};
export const authConfigQuery = () =>
  queryOptions({
    queryKey: ["auth-config"],
    staleTime: 60_000,
    queryFn: ({ signal }) => api.get<AuthConfig>("/api/auth/config", { signal }),
  });

export type Health = { status: string; version: string; auth_mode: string };
export const healthQuery = () =>
  queryOptions({ queryKey: ["health"], staleTime: 60_000, queryFn: ({ signal }) => api.get<Health>("/health", { signal }) });

/** Whether a session can be forked on this server. */
export const canForkQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ["can-fork"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => api.has("POST", `/v1/sessions/${sessionId}/fork`),
  });
