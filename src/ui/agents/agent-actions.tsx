import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Download, EllipsisVertical, FileUp, MessageSquarePlus } from "lucide-react";
import { useState } from "react";
import type { Agent } from "@/domain/agent";
import { api } from "@/ui/api/client";
import { queryClient } from "@/ui/api/queries";
import { Button, IconButton } from "@/ui/parts/button";
import { ConfirmDialog } from "@/ui/parts/dialog";
import { Menu, MenuItem } from "@/ui/parts/menu";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { agentChanged } from "./agent-queries";
import { ImportAgent } from "./import-agent";

/** What can be done with an agent as a whole. */
export function AgentActions({ agent }: { agent: Agent }) {
  const navigate = useNavigate();
  const [shown, setShown] = useState<"archive" | "import" | null>(null);
  const restore = useMutation({
    mutationFn: () => api.patch<Agent>(`/v1/agents/${agent.id}`, { status: "active" }),
    onSuccess: (restored) => {
      agentChanged(restored);
      notify(`${restored.name} is back.`);
    },
    onError: notifyFailure,
  });
  const archive = useMutation({
    mutationFn: () => api.remove(`/v1/agents/${agent.id}`),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["agents"] });
      notify(`${agent.name} is archived.`);
      void navigate({ to: "/agents", ignoreBlocker: true });
    },
    onError: notifyFailure,
  });
  const isArchived = agent.status === "archived";
  return (
    <>
      {isArchived ? (
        <Button look="primary" isBusy={restore.isPending} onClick={() => restore.mutate()}>
          <ArchiveRestore size={16} aria-hidden />
          Restore
        </Button>
      ) : (
        <Button look="primary" onClick={() => void navigate({ to: "/", search: { agent: agent.id } })}>
          <MessageSquarePlus size={16} aria-hidden />
          Open a chat
        </Button>
      )}
      <Menu
        trigger={
          <IconButton label="More" className="size-9!">
            <EllipsisVertical size={18} />
          </IconButton>
        }
      >
        <MenuItem icon={<Download size={16} aria-hidden />} onSelect={() => exportAgent(agent)}>
          Export as Markdown
        </MenuItem>
        {!isArchived && (
          <>
            <MenuItem icon={<FileUp size={16} aria-hidden />} onSelect={() => setShown("import")}>
              Change with a file
            </MenuItem>
            <MenuItem icon={<Archive size={16} aria-hidden />} isDangerous onSelect={() => setShown("archive")}>
              Archive
            </MenuItem>
          </>
        )}
      </Menu>
      <ConfirmDialog
        isOpen={shown === "archive"}
        onClose={() => setShown(null)}
        title={`Archive ${agent.name}?`}
        description="It is hidden, and no new chat can be opened with it. Its chats stay, and it can be restored."
        action="Archive"
        onConfirm={() => archive.mutate()}
      />
      <ImportAgent isOpen={shown === "import"} onClose={() => setShown(null)} agent={agent} />
    </>
  );
}

/** The server names the file. */
function exportAgent({ id }: Agent): void {
  const link = document.createElement("a");
  link.href = `/v1/agents/${id}/export`;
  link.download = "";
  link.click();
}
