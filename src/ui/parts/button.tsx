import { LoaderCircle } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/ui/platform/class-names";

type Look = "primary" | "plain" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "bg-primary text-on-primary hover:bg-primary-hover",
  plain: "border border-line bg-raised text-ink hover:bg-hover",
  quiet: "text-muted hover:bg-hover hover:text-ink",
  danger: "border border-line bg-raised text-danger hover:bg-danger-soft",
};

/** Its classes, for a link that looks like a button. */
export const buttonClasses = (look: Look = "plain", extra?: string): string =>
  classes(
    "inline-flex h-9 shrink-0 items-center justify-center gap-2 rounded-lg px-3.5 font-medium text-sm whitespace-nowrap transition-colors select-none",
    "disabled:opacity-50 pointer-coarse:h-10",
    LOOKS[look],
    extra,
  );

type Props = ComponentProps<"button"> & { look?: Look; isBusy?: boolean };

export function Button({ look = "plain", isBusy = false, className, children, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      className={buttonClasses(look, className)}
    >
      {isBusy && <LoaderCircle aria-hidden className="size-4 animate-spin" />}
      {children}
    </button>
  );
}

type IconProps = ComponentProps<"button"> & { label: string; children: ReactNode };

/** A button of one icon; `label` is what a screen reader says and a pointer shows. */
export function IconButton({ label, className, children, ...rest }: IconProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={classes(
        "inline-grid size-8 shrink-0 place-items-center rounded-lg text-muted transition-colors hover:bg-hover hover:text-ink disabled:opacity-40 pointer-coarse:size-10",
        className,
      )}
    >
      {children}
    </button>
  );
}
