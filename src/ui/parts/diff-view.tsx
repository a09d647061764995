import { classes } from "@/ui/platform/class-names";
import { type DiffLine, diffLines } from "./text-diff";

const LOOKS = {
  same: { sign: " ", name: "", look: "text-muted", mark: "" },
  removed: { sign: "−", name: "Removed: ", look: "bg-danger-soft text-danger", mark: "bg-danger/12 font-medium" },
  added: { sign: "+", name: "Added: ", look: "bg-ok/10 text-ok", mark: "bg-ok/12 font-medium" },
};

/** What changed from one text to the next. */
export function DiffView({ before, next }: { before: string; next: string }) {
  const lines = diffLines(before, next);
  return (
    <div className="overflow-hidden rounded-lg border border-line py-1 text-sm">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names, and a diff does not change
        <Line key={index} line={line} />
      ))}
    </div>
  );
}

function Line({ line }: { line: DiffLine }) {
  if (line.kind === "skipped") return <p className="px-3 py-0.5 text-faint text-xs">{`⋯ ${line.count} unchanged lines`}</p>;
  const { sign, name, look, mark } = LOOKS[line.kind];
  return (
    <p className={classes("flex gap-2 px-3 py-px", look)}>
      <span aria-hidden className="w-3 shrink-0 select-none">
        {sign}
      </span>
      <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {name && <span className="sr-only">{name}</span>}
        {line.words.map(({ text, isChanged }, index) =>
          isChanged ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: words have no names, and a diff does not change
            <mark key={index} className={classes("rounded-sm text-inherit", mark)}>
              {text}
            </mark>
          ) : (
            text
          ),
        )}
        {"\u200b"}
      </span>
    </p>
  );
}
