import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, GitFork, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Session } from "@/domain/session";
import { queryClient } from "@/ui/api/queries";
import { forkSession, removeSession } from "@/ui/chat/chat-actions";
import { IconButton } from "@/ui/parts/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/parts/menu";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { DeleteSession } from "./delete-session";
import { RenameSession } from "./rename-session";

/** What can be done with a whole chat, from a list. */
export function SessionMenu({ session }: { session: Session }) {
  const navigate = useNavigate();
  const [asked, setAsked] = useState<"rename" | "delete" | null>(null);
  const close = () => setAsked(null);
  const fork = () =>
    forkSession(session.id)
      .then(({ id }) => navigate({ to: "/sessions/$sessionId", params: { sessionId: id } }))
      .catch(notifyFailure);
  const remove = () =>
    removeSession(session.id)
      .then(() => {
        notify("The chat is deleted.");
        return queryClient.invalidateQueries({ queryKey: ["search"] });
      })
      .catch(notifyFailure);
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`More about ${session.title ?? "New chat"}`}>
            <Ellipsis size={18} />
          </IconButton>
        }
      >
        <MenuItem icon={<Pencil size={16} />} onSelect={() => setAsked("rename")}>
          Change the title
        </MenuItem>
        <MenuItem icon={<GitFork size={16} />} onSelect={() => void fork()}>
          Fork
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 size={16} />} isDangerous onSelect={() => setAsked("delete")}>
          Delete
        </MenuItem>
      </Menu>
      {asked === "rename" && <RenameSession session={session} onClose={close} />}
      <DeleteSession isOpen={asked === "delete"} onClose={close} onConfirm={() => void remove()} />
    </>
  );
}
