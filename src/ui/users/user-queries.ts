import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { ManagedUser } from "@/domain/managed-user";
import { api } from "@/ui/api/client";
import { type ListOf, queryClient } from "@/ui/api/queries";

export const USERS = "/v1/users";

const PER_PAGE = 50;

export const usersQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ["users", "list", search],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(PER_PAGE), offset: String(pageParam), ...(search ? { search } : {}) });
      return api.get<ListOf<ManagedUser>>(`${USERS}?${query}`, { signal });
    },
    initialPageParam: 0,
    getNextPageParam: ({ offset, limit, total }) => (offset + limit < total ? offset + limit : undefined),
    placeholderData: keepPreviousData,
  });

/** As many as a list to choose from can hold. */
export const everyoneQuery = () =>
  queryOptions({
    queryKey: ["users", "everyone"],
    queryFn: async ({ signal }) => (await api.get<ListOf<ManagedUser>>(`${USERS}?limit=1000`, { signal })).items,
  });

export const usersChanged = () => queryClient.invalidateQueries({ queryKey: ["users"] });
