import { X } from "lucide-react";

/** What a list is sifted by, and the way to take it off. */
export const FilterChip = ({ label, value, onRemove }: { label: string; value: string; onRemove: () => void }) => (
  <span className="inline-flex h-9 max-w-full items-center gap-1.5 rounded-lg border border-line-strong pl-3 text-sm pointer-coarse:h-10">
    <span className="shrink-0 text-muted">{label}</span>
    <span className="min-w-0 truncate font-medium">{value}</span>
    <button
      type="button"
      aria-label={`Take off ${label.toLowerCase()} ${value}`}
      onClick={onRemove}
      className="grid h-full w-8 shrink-0 place-items-center rounded-r-lg text-muted hover:bg-hover hover:text-ink"
    >
      <X size={15} aria-hidden />
    </button>
  </span>
);
