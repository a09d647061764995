import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { wordsOf } from "@/ui/api/client";
import { Button } from "@/ui/parts/button";
import { Dialog } from "@/ui/parts/dialog";
import { TextField } from "@/ui/parts/field";

type Props = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  description: string;
  label: string;
  action: string;
  given: string;
  onGiven: (value: string) => Promise<unknown>;
};

/** Asks for a name or a path; what the server says of it stands below the field. */
export const PathDialog = ({ isOpen, onClose, title, description, ...rest }: Props) => (
  <Dialog isOpen={isOpen} onClose={onClose} title={title} description={description}>
    <PathForm {...rest} onClose={onClose} />
  </Dialog>
);

function PathForm({ label, action, given, onGiven, onClose }: Omit<Props, "isOpen" | "title" | "description">) {
  const [value, setValue] = useState(given);
  const wasFocused = useRef(false);
  const { mutate, isPending, error } = useMutation({ mutationFn: () => onGiven(value.trim()), onSuccess: onClose });
  return (
    <form
      noValidate
      className="grid grid-cols-1 gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() !== "" && value !== given) mutate();
      }}
    >
      <TextField
        label={label}
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        value={value}
        error={error ? wordsOf(error) : undefined}
        onFocus={({ target }) => {
          // The name alone, once: it is mostly the name that is changed.
          if (!wasFocused.current) target.setSelectionRange(given.lastIndexOf("/") + 1, given.length);
          wasFocused.current = true;
        }}
        onChange={({ target }) => setValue(target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" isBusy={isPending} disabled={value.trim() === "" || value === given}>
          {action}
        </Button>
      </div>
    </form>
  );
}
