import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import type { McpServer } from "@/domain/mcp-server";
import { api } from "@/ui/api/client";
import { agentsQuery, queryClient } from "@/ui/api/queries";
import { Button } from "@/ui/parts/button";
import { ConfirmDialog } from "@/ui/parts/dialog";
import { notify, notifyFailure } from "@/ui/parts/notify";

export function DeleteMcpServer({ server }: { server: McpServer }) {
  const navigate = useNavigate();
  const [isAsked, setIsAsked] = useState(false);
  const { data: agents = [] } = useQuery(agentsQuery());
  const users = agents.filter(({ capabilities }) => capabilities.includes(`mcp:${server.name}`));
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.remove(`/v1/mcp-servers/${server.id}`),
    onSuccess: async () => {
      notify(`${server.name} is deleted.`);
      await navigate({ to: "/mcp-servers", ignoreBlocker: true });
      queryClient.removeQueries({ queryKey: ["mcp-servers", server.id] });
      void queryClient.invalidateQueries({ queryKey: ["mcp-servers"] });
      void queryClient.invalidateQueries({ queryKey: ["capabilities"] });
    },
    onError: notifyFailure,
  });
  return (
    <>
      <Button look="danger" isBusy={isPending} onClick={() => setIsAsked(true)}>
        <Trash2 size={16} aria-hidden />
        Delete
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={`Delete ${server.name}?`}
        description={
          users.length === 0
            ? "No agent of yours uses it. Its headers are forgotten."
            : `${users
                .map(({ name }) => name)
                .slice(0, 5)
                .join(
                  ", ",
                )}${users.length > 5 ? ` and ${users.length - 5} more` : ""} will do without its tools. Its headers are forgotten.`
        }
        action="Delete"
        onConfirm={() => mutate()}
      />
    </>
  );
}
