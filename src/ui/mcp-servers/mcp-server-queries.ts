import { queryOptions } from "@tanstack/react-query";
import type { McpServer } from "@/domain/mcp-server";
import { api } from "@/ui/api/client";
import { type ListOf, queryClient } from "@/ui/api/queries";

export const mcpServersQuery = () =>
  queryOptions({
    queryKey: ["mcp-servers"],
    queryFn: async ({ signal }) => (await api.get<ListOf<McpServer>>("/v1/mcp-servers?limit=1000", { signal })).items,
  });

export const mcpServerQuery = (id: string) =>
  queryOptions({ queryKey: ["mcp-servers", id], queryFn: ({ signal }) => api.get<McpServer>(`/v1/mcp-servers/${id}`, { signal }) });

/** Shows a changed server everywhere; its tools are capabilities. */
export function mcpServerChanged(server: McpServer): void {
  queryClient.setQueryData(["mcp-servers", server.id], server);
  void queryClient.invalidateQueries({ queryKey: ["mcp-servers"] });
  void queryClient.invalidateQueries({ queryKey: ["capabilities"] });
}
