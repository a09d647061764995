import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Session } from "@/domain/session";
import { wordsOf } from "@/ui/api/client";
import { renameSession } from "@/ui/chat/chat-actions";
import { Button } from "@/ui/parts/button";
import { Dialog } from "@/ui/parts/dialog";
import { TextField } from "@/ui/parts/field";

/** Gives a chat another title. */
export function RenameSession({ session: { id, title }, onClose }: { session: Session; onClose: () => void }) {
  const [wanted, setWanted] = useState(title ?? "");
  const { mutate, isPending, error } = useMutation({ mutationFn: () => renameSession(id, wanted.trim()), onSuccess: onClose });
  const isChanged = wanted.trim() !== "" && wanted.trim() !== title;
  return (
    <Dialog isOpen onClose={onClose} title="Change the title">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isChanged && !isPending) mutate();
        }}
      >
        <TextField
          label="Title"
          data-autofocus
          maxLength={255}
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
          onFocus={({ target }) => target.select()}
          error={error ? wordsOf(error) : null}
        />
        <div className="mt-6 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" isBusy={isPending} disabled={!isChanged}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
