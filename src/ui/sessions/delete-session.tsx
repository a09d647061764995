import { ConfirmDialog } from "@/ui/parts/dialog";

/** Asks before a chat is deleted. */
export const DeleteSession = (props: { isOpen: boolean; onClose: () => void; onConfirm: () => void }) => (
  <ConfirmDialog
    {...props}
    title="Delete this chat?"
    description="All its messages and files go with it. This can't be undone."
    action="Delete"
  />
);
