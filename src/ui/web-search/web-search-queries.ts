import { queryOptions } from "@tanstack/react-query";
import type { SearchEngine, WebSearch } from "@/domain/web-search";
import { ApiError, api } from "@/ui/api/client";

/** The setting while an engine is chosen. */
export type ChosenEngine = WebSearch & { engine: SearchEngine };

export const chosenOf = ({ engine, ...others }: WebSearch): ChosenEngine | null => (engine === null ? null : { engine, ...others });

/** Null while no engine is chosen; `"missing"` where the server has no such setting. */
export const webSearchQuery = () =>
  queryOptions({
    queryKey: ["web-search"],
    queryFn: async ({ signal }): Promise<ChosenEngine | null | "missing"> => {
      try {
        return chosenOf(await api.get<WebSearch>("/v1/web-search", { signal }));
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
        return "missing";
      }
    },
  });
