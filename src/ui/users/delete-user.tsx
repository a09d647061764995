import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ManagedUser } from "@/domain/managed-user";
import { api, wordsOf } from "@/ui/api/client";
import { Button } from "@/ui/parts/button";
import { Dialog } from "@/ui/parts/dialog";
import { SelectField } from "@/ui/parts/field";
import { notify } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { everyoneQuery, USERS, usersChanged } from "./user-queries";

type Props = { user: ManagedUser; isOpen: boolean; onClose: () => void };

/** Says what becomes of what they made, before it is done. */
export const DeleteUser = ({ user, isOpen, onClose }: Props) => (
  <Dialog
    isOpen={isOpen}
    onClose={onClose}
    title={`Delete ${user.name}?`}
    description="They are signed out everywhere, their API keys stop working, and the account can't be brought back. To shut them out for a while, disable them instead."
  >
    <Deletion user={user} onClose={onClose} />
  </Dialog>
);

function Deletion({ user, onClose }: Omit<Props, "isOpen">) {
  const { data: everyone = [] } = useQuery(everyoneQuery());
  const [heir, setHeir] = useState("");
  const others = everyone.filter(({ id, status }) => id !== user.id && status === "active");
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.remove(`${USERS}/${user.id}${heir === "" ? "" : `?transfer_to=${heir}`}`),
    onSuccess: () => {
      void usersChanged();
      onClose();
      notify(`${user.name} is deleted.`);
    },
  });
  return (
    <div className="grid grid-cols-1 gap-4">
      <SelectField
        label="Their agents and chats"
        value={heir}
        hint={
          heir === ""
            ? "All messages and files in them go too."
            : "Agents, chats and files stay as they are, and belong to that user from then on."
        }
        onChange={({ target }) => setHeir(target.value)}
      >
        <option value="">Are deleted with them</option>
        {others.map(({ id, name, email }) => (
          <option key={id} value={id}>
            {`Go to ${name} (${email})`}
          </option>
        ))}
      </SelectField>
      {error && <Outcome kind="failure">{wordsOf(error)}</Outcome>}
      <div className="mt-2 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" isBusy={isPending} onClick={() => mutate()}>
          Delete
        </Button>
      </div>
    </div>
  );
}
