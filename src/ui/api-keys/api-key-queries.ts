import { queryOptions } from "@tanstack/react-query";
import type { ApiKey } from "@/domain/api-key";
import { api } from "@/ui/api/client";
import { queryClient } from "@/ui/api/queries";

export const API_KEYS = "/api/auth/api-keys";

export const apiKeysQuery = () =>
  queryOptions({ queryKey: ["api-keys"], queryFn: ({ signal }) => api.get<ApiKey[]>(`${API_KEYS}?limit=1000`, { signal }) });

export const apiKeysChanged = () => queryClient.invalidateQueries({ queryKey: ["api-keys"] });
