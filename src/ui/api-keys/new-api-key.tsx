import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { NewApiKey as MadeKey } from "@/domain/api-key";
import { api } from "@/ui/api/client";
import { AsCode } from "@/ui/parts/as-code";
import { Button } from "@/ui/parts/button";
import { Dialog } from "@/ui/parts/dialog";
import { SelectField, TextField } from "@/ui/parts/field";
import { errorAt, errorBeside } from "@/ui/parts/field-errors";
import { Outcome } from "@/ui/parts/outcome";
import { API_KEYS, apiKeysChanged } from "./api-key-queries";
import { ScopePicker } from "./scope-picker";
import { type Reach, scopesOf } from "./scopes";

type Props = { isOpen: boolean; onClose: () => void; onMade: (key: MadeKey) => void };

export function NewApiKey({ isOpen, onClose, onMade }: Props) {
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title="A new API key"
      description="For a program that acts in your name. It sees what you see, and never more."
      className="mt-[6vh]! max-h-[88vh]!"
    >
      <NewKeyForm onClose={onClose} onMade={onMade} />
    </Dialog>
  );
}

const LIVES = [
  { days: "30", label: "In 30 days" },
  { days: "90", label: "In 90 days" },
  { days: "365", label: "In a year" },
  { days: "", label: "Never" },
];

const FIELDS = ["name", "scopes", "expires_in_days"];

function NewKeyForm({ onClose, onMade }: Omit<Props, "isOpen">) {
  const form = useRef<HTMLFormElement>(null);
  const [name, setName] = useState("");
  const [reach, setReach] = useState<Reach>("all");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(["agents:read", "sessions:read", "sessions:write"]));
  const [days, setDays] = useState("90");
  const body = { name: name.trim(), scopes: scopesOf(reach, chosen), expires_in_days: days === "" ? null : Number(days) };
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.post<MadeKey>(API_KEYS, body),
    onSuccess: (key) => {
      void apiKeysChanged();
      onClose();
      onMade(key);
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
      aria-label="A new API key"
      className="grid grid-cols-1 gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <TextField
        label="Name"
        placeholder="Nightly report"
        hint="Says later what it is for."
        data-autofocus
        maxLength={255}
        value={name}
        error={errorAt(error, "name")}
        onChange={({ target }) => setName(target.value)}
      />
      <ScopePicker reach={reach} chosen={chosen} error={errorAt(error, "scopes")} onReach={setReach} onChoose={setChosen} />
      <SelectField
        label="Ends"
        value={days}
        error={errorAt(error, "expires_in_days")}
        hint={days === "" ? "It works until someone deletes it." : undefined}
        onChange={({ target }) => setDays(target.value)}
      >
        {LIVES.map(({ days, label }) => (
          <option key={days} value={days}>
            {label}
          </option>
        ))}
      </SelectField>
      {words && <Outcome kind="failure">{words}</Outcome>}
      <div className="flex flex-wrap justify-end gap-2">
        <span className="mr-auto">
          <AsCode request={{ method: "POST", path: API_KEYS, body }} description="Makes this key." />
        </span>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" isBusy={isPending}>
          Make the key
        </Button>
      </div>
    </form>
  );
}
