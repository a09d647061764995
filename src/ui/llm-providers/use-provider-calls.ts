import { useMutation } from "@tanstack/react-query";
import type { LlmProvider } from "@/domain/llm-provider";
import { api } from "@/ui/api/client";
import { type ModelSync, modelsChanged, type ProviderTest } from "./provider-queries";

/** Asks the provider for one word. */
export const useTest = ({ id }: LlmProvider) => useMutation({ mutationFn: () => api.post<ProviderTest>(`/v1/llm-providers/${id}/test`) });

/** Adds the models that it offers and that are not here. */
export const useSync = ({ id }: LlmProvider) =>
  useMutation({
    mutationFn: () => api.post<ModelSync>(`/v1/llm-providers/${id}/sync-models`),
    onSuccess: () => modelsChanged(),
  });
