import type { ReactNode } from "react";
import { TextField } from "@/ui/parts/field";

type Props = {
  label: string;
  isSet: boolean;
  hint: ReactNode;
  value: string;
  isRemoved: boolean;
  error?: string | undefined;
  onChange: (value: string, isRemoved: boolean) => void;
};

/** A secret that can be set, replaced and removed, and is never shown. */
export function KeyField({ label, isSet, hint, value, isRemoved, error, onChange }: Props) {
  const words = isRemoved ? "It is removed when you save." : isSet ? "A key is set. Write a new one to replace it." : hint;
  return (
    <div>
      <TextField
        label={label}
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder={isSet && !isRemoved ? "••••••••  set" : ""}
        value={value}
        hint={words}
        error={error}
        onChange={({ target }) => onChange(target.value, false)}
      />
      {isSet && value === "" && (
        <button
          type="button"
          onClick={() => onChange("", !isRemoved)}
          className="mt-1 rounded text-muted text-sm underline underline-offset-4 hover:text-ink pointer-coarse:py-2"
        >
          {isRemoved ? "Keep it" : "Remove the key"}
        </button>
      )}
    </div>
  );
}
