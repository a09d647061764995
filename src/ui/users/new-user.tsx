import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { NewManagedUser, Role } from "@/domain/managed-user";
import { api } from "@/ui/api/client";
import { AsCode } from "@/ui/parts/as-code";
import { Button } from "@/ui/parts/button";
import { Dialog } from "@/ui/parts/dialog";
import { TextField } from "@/ui/parts/field";
import { errorAt, errorBeside } from "@/ui/parts/field-errors";
import { Outcome } from "@/ui/parts/outcome";
import { Choices, Switch } from "@/ui/parts/switch";
import { USERS, usersChanged } from "./user-queries";

type Props = { isOpen: boolean; onClose: () => void; onMade: (user: NewManagedUser) => void };

export function NewUser({ isOpen, onClose, onMade }: Props) {
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title="A new user"
      description="You get a link for them. With it they choose their own password, once, within a day."
    >
      <NewUserForm onClose={onClose} onMade={onMade} />
    </Dialog>
  );
}

const FIELDS = ["name", "email"];

function NewUserForm({ onClose, onMade }: Omit<Props, "isOpen">) {
  const form = useRef<HTMLFormElement>(null);
  const [given, setGiven] = useState<{ name: string; email: string; role: Role; email_verified: boolean }>({
    name: "",
    email: "",
    role: "user",
    email_verified: false,
  });
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.post<NewManagedUser>(USERS, given),
    onSuccess: (user) => {
      void usersChanged();
      onClose();
      onMade(user);
    },
  });
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [error]);
  const words = errorBeside(error, FIELDS);
  return (
    <form
      ref={form}
      noValidate
      aria-label="A new user"
      className="grid grid-cols-1 gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <TextField
        label="Name"
        data-autofocus
        autoComplete="off"
        maxLength={255}
        value={given.name}
        error={errorAt(error, "name")}
        onChange={({ target }) => setGiven({ ...given, name: target.value })}
      />
      <TextField
        label="Email"
        type="email"
        autoComplete="off"
        value={given.email}
        error={errorAt(error, "email")}
        onChange={({ target }) => setGiven({ ...given, email: target.value })}
      />
      <div className="grid grid-cols-1 gap-1.5">
        <p className="font-medium text-sm">Role</p>
        <Choices
          label="Role"
          value={given.role}
          choices={[
            { value: "user", label: "User" },
            { value: "admin", label: "Admin" },
          ]}
          onChange={(role) => setGiven({ ...given, role })}
        />
        <p className="text-faint text-sm">
          {given.role === "admin"
            ? "Sees everyone's agents and chats, and changes providers, accounts and settings."
            : "Has agents and chats of their own, and uses the agents that are shared."}
        </p>
      </div>
      <Switch
        label="The email is theirs"
        hint="You vouch for it: then they can also sign in with Google or GitHub under this address."
        isOn={given.email_verified}
        onChange={(email_verified) => setGiven({ ...given, email_verified })}
      />
      {words && <Outcome kind="failure">{words}</Outcome>}
      <div className="flex flex-wrap justify-end gap-2">
        <span className="mr-auto">
          <AsCode request={{ method: "POST", path: USERS, body: given }} description="Makes this account." />
        </span>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" isBusy={isPending}>
          Make the account
        </Button>
      </div>
    </form>
  );
}
