import { ChevronDown } from "lucide-react";
import { classes } from "@/ui/platform/class-names";

type Props = {
  label: string;
  value: string | undefined;
  /** What stands there while nothing is chosen. */
  all: string;
  choices: readonly { value: string; label: string }[];
  onChange: (value: string | undefined) => void;
};

/** Sifts the list below it by one of several. */
export const FilterSelect = ({ label, value = "", all, choices, onChange }: Props) => (
  <div className="relative min-w-0 max-sm:flex-1">
    <select
      aria-label={label}
      value={value}
      onChange={({ target }) => onChange(target.value === "" ? undefined : target.value)}
      className={classes(
        "h-9 w-full appearance-none truncate rounded-lg border bg-canvas pr-8 pl-3 text-sm outline-none transition-colors hover:border-line-strong focus:border-primary focus:ring-2 focus:ring-primary/20 sm:max-w-52 pointer-coarse:h-10",
        value === "" ? "border-line text-muted" : "border-line-strong font-medium text-ink",
      )}
    >
      <option value="">{all}</option>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
    <ChevronDown size={15} aria-hidden className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-2.5 text-faint" />
  </div>
);
