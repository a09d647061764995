import { queryOptions } from "@tanstack/react-query";
import type { LlmModel } from "@/domain/llm-model";
import type { LlmProvider } from "@/domain/llm-provider";
import { api } from "@/ui/api/client";
import { queryClient } from "@/ui/api/queries";

export type ProviderTest = { ok: boolean; message: string; model: string | null; duration_ms: number };
export type ModelSync = { created: LlmModel[]; total: number };

export const providerQuery = (id: string) =>
  queryOptions({ queryKey: ["llm-providers", id], queryFn: ({ signal }) => api.get<LlmProvider>(`/v1/llm-providers/${id}`, { signal }) });

export const providerModelsQuery = (id: string) =>
  queryOptions({
    queryKey: ["llm-models", "of-provider", id],
    queryFn: ({ signal }) => api.get<LlmModel[]>(`/v1/llm-providers/${id}/models?limit=1000`, { signal }),
  });

/** A change of any provider or model may move the defaults of all. */
export const modelsChanged = (): Promise<unknown> =>
  Promise.all([
    queryClient.invalidateQueries({ queryKey: ["llm-providers"] }),
    queryClient.invalidateQueries({ queryKey: ["llm-models"] }),
    queryClient.invalidateQueries({ queryKey: ["agents"] }),
  ]);
