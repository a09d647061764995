import { ChevronDown } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";
import { classes } from "@/ui/platform/class-names";

type Frame = { label: ReactNode; hint?: ReactNode; error?: string | null | undefined };

const INPUT =
  "w-full rounded-lg border border-line bg-canvas px-3 text-sm text-ink placeholder:text-faint outline-none transition-colors hover:border-line-strong focus:border-primary focus:ring-2 focus:ring-primary/20 aria-invalid:border-danger";

/** A labelled text field; its hint and its error are read with it. */
export function TextField({ label, hint, error, className, ...rest }: Frame & ComponentProps<"input">) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(aria) => <input {...rest} {...aria} className={classes(INPUT, "h-10", className)} />}
    </Labelled>
  );
}

export function TextArea({ label, hint, error, className, ...rest }: Frame & ComponentProps<"textarea">) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(aria) => <textarea rows={5} {...rest} {...aria} className={classes(INPUT, "py-2 leading-relaxed", className)} />}
    </Labelled>
  );
}

export function SelectField({ label, hint, error, className, children, ...rest }: Frame & ComponentProps<"select">) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(aria) => (
        <div className="relative">
          <select {...rest} {...aria} className={classes(INPUT, "h-10 appearance-none truncate pr-9", className)}>
            {children}
          </select>
          <ChevronDown size={16} aria-hidden className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-3 text-faint" />
        </div>
      )}
    </Labelled>
  );
}

type Aria = { id: string; "aria-invalid"?: true; "aria-describedby"?: string };

function Labelled({ label, hint, error, children }: Frame & { children: (aria: Aria) => ReactNode }) {
  const id = useId();
  const isDescribed = Boolean(error ?? hint);
  return (
    <div className="grid grid-cols-1 gap-1.5">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      {children({ id, ...(error ? { "aria-invalid": true } : {}), ...(isDescribed ? { "aria-describedby": `${id}-note` } : {}) })}
      {isDescribed && (
        <p id={`${id}-note`} className={classes("text-sm", error ? "text-danger" : "text-faint")}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
