import { queryOptions } from "@tanstack/react-query";
import type { Login } from "@/domain/login";
import type { ServerInfo } from "@/domain/server-info";
import { api } from "@/ui/api/client";
import { type ListOf, queryClient } from "@/ui/api/queries";

export const ME = "/api/auth/me";
export const LOGINS = `${ME}/logins`;

export const loginsQuery = () =>
  queryOptions({
    queryKey: ["logins"],
    queryFn: async ({ signal }) => (await api.get<ListOf<Login>>(`${LOGINS}?limit=1000`, { signal })).items,
  });

export const loginsChanged = () => queryClient.invalidateQueries({ queryKey: ["logins"] });

export const serverInfoQuery = () =>
  queryOptions({ queryKey: ["server"], queryFn: ({ signal }) => api.get<ServerInfo>("/v1/server", { signal }) });
