import { Ellipsis, FolderInput, Lock, LockOpen, Trash2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/ui/parts/button";
import { ConfirmDialog } from "@/ui/parts/dialog";
import { Menu, MenuItem, MenuSeparator } from "@/ui/parts/menu";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { visibleText } from "@/ui/parts/visible-text";
import { moveFile, protectFile, removeFile } from "./file-actions";
import { nameOf, parentOf } from "./file-rows";
import { PathDialog } from "./path-dialog";

type Props = {
  sessionId: string;
  path: string;
  isFolder: boolean;
  isReadonly: boolean;
  /** It is at this path now; null once it is gone. */
  onMoved: (path: string | null) => void;
};

/** What can be done with a file or a folder. */
export function FileMenu({ sessionId, path, isFolder, isReadonly, onMoved }: Props) {
  const [asked, setAsked] = useState<"move" | "delete" | null>(null);
  const name = visibleText(nameOf(path));
  const protect = () =>
    protectFile(sessionId, path, !isReadonly)
      .then(() => notify(isReadonly ? `${name} can be changed again.` : `${name} is read-only: agents can't change it.`))
      .catch(notifyFailure);
  const remove = () =>
    removeFile(sessionId, path)
      .then(() => {
        onMoved(null);
        notify(`${name} is deleted.`);
      })
      .catch(notifyFailure);
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`More for ${name}`}>
            <Ellipsis size={17} />
          </IconButton>
        }
      >
        <MenuItem icon={<FolderInput size={16} aria-hidden />} onSelect={() => setAsked("move")}>
          Rename or move
        </MenuItem>
        {!isFolder && (
          <MenuItem icon={isReadonly ? <LockOpen size={16} aria-hidden /> : <Lock size={16} aria-hidden />} onSelect={() => void protect()}>
            {isReadonly ? "Let agents change it" : "Make read-only"}
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem icon={<Trash2 size={16} aria-hidden />} isDangerous onSelect={() => setAsked("delete")}>
          Delete
        </MenuItem>
      </Menu>
      <PathDialog
        isOpen={asked === "move"}
        onClose={() => setAsked(null)}
        title="Rename or move"
        description={`${isFolder ? "The folder" : "The file"} goes to this path. Folders on the way are made.`}
        label="Path"
        action="Move"
        given={path}
        onGiven={async (to) => onMoved((await moveFile(sessionId, path, to)).path)}
      />
      <ConfirmDialog
        isOpen={asked === "delete"}
        onClose={() => setAsked(null)}
        title={`Delete ${name}?`}
        description={`${isFolder ? "All that is in it is deleted too" : `It stands in ${visibleText(parentOf(path))}`}. This can't be undone.`}
        action="Delete"
        onConfirm={() => void remove()}
      />
    </>
  );
}
