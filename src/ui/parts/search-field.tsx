import { Search } from "lucide-react";
import { classes } from "@/ui/platform/class-names";

type Props = { label: string; value: string; onChange: (value: string) => void; className?: string };

/** Sifts the list below it while one writes. */
export const SearchField = ({ label, value, onChange, className }: Props) => (
  <div className={classes("relative", className)}>
    <Search size={15} aria-hidden className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-3 text-faint" />
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={({ target }) => onChange(target.value)}
      className="h-9 w-full rounded-lg border border-line bg-canvas pr-3 pl-9 text-sm outline-none transition-colors placeholder:text-faint hover:border-line-strong focus:border-primary focus:ring-2 focus:ring-primary/20 pointer-coarse:h-10"
    />
  </div>
);
