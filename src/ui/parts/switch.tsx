import { type ReactNode, useId } from "react";
import { classes } from "@/ui/platform/class-names";

type Props = { label: ReactNode; hint?: ReactNode; isOn: boolean; onChange: (isOn: boolean) => void; isDisabled?: boolean };

/** Yes or no, with what it means. */
export function Switch({ label, hint, isOn, onChange, isDisabled = false }: Props) {
  const id = useId();
  return (
    <label className={classes("flex items-start gap-3", isDisabled ? "opacity-60" : "cursor-pointer")}>
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-checked={isOn}
        disabled={isDisabled}
        aria-describedby={hint ? id : undefined}
        onChange={({ target }) => onChange(target.checked)}
        className="peer sr-only"
      />
      <span
        aria-hidden
        className="relative mt-0.5 h-5 w-9 shrink-0 rounded-full border border-line-strong bg-hover transition-colors after:absolute after:top-0.5 after:left-0.5 after:size-3.5 after:rounded-full after:bg-line-strong after:transition-all peer-checked:border-primary peer-checked:bg-primary peer-checked:after:left-[1.125rem] peer-checked:after:bg-on-primary peer-focus-visible:outline-2 peer-focus-visible:outline-primary peer-focus-visible:outline-offset-2"
      />
      <span className="min-w-0 text-sm">
        <span className="font-medium">{label}</span>
        {hint && (
          <span id={id} className="block text-faint">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

type ChoicesProps<Value extends string> = {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: ReactNode }[];
  onChange: (value: Value) => void;
};

/** One of a few, side by side. The arrow keys go from one to the next. */
export function Choices<Value extends string>({ label, value, choices, onChange }: ChoicesProps<Value>) {
  const name = useId();
  return (
    <fieldset className="flex w-fit max-w-full flex-wrap gap-0.5 rounded-lg border border-line bg-panel p-0.5">
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          className="relative cursor-pointer rounded-md px-3 py-1 text-muted text-sm hover:text-ink has-checked:bg-raised has-checked:font-medium has-checked:text-ink has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-primary pointer-coarse:py-2"
        >
          <input
            type="radio"
            name={name}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
            className="absolute inset-0 cursor-pointer opacity-0"
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}
