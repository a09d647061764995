import { X } from "lucide-react";
import { useId, useState } from "react";

type Props = { tags: readonly string[]; error?: string | undefined; onChange: (tags: string[]) => void };

/** Words to find it by. Enter and a comma add what is written; Backspace in the empty field takes the last away. */
export function TagsField({ tags, error, onChange }: Props) {
  const id = useId();
  const [written, setWritten] = useState("");
  const add = (text: string) => {
    const words = text.split(",").map((word) => word.trim());
    onChange([...new Set([...tags, ...words.filter((word) => word !== "")])]);
    setWritten("");
  };
  return (
    <div className="grid grid-cols-1 gap-1.5">
      <label htmlFor={id} className="font-medium text-sm">
        Tags
      </label>
      <div className="flex min-h-10 flex-wrap items-center gap-1.5 rounded-lg border border-line bg-canvas px-2 py-1.5 transition-colors focus-within:border-primary focus-within:ring-2 focus-within:ring-primary/20 hover:border-line-strong has-aria-invalid:border-danger">
        {tags.map((tag) => (
          <span key={tag} className="flex max-w-full items-center gap-0.5 rounded-full border border-line bg-panel pl-2.5 text-sm">
            <span className="truncate">{tag}</span>
            <button
              type="button"
              aria-label={`Remove the tag ${tag}`}
              onClick={() => onChange(tags.filter((other) => other !== tag))}
              className="grid size-6 shrink-0 place-items-center rounded-full text-muted hover:bg-hover hover:text-ink pointer-coarse:size-8"
            >
              <X size={13} aria-hidden />
            </button>
          </span>
        ))}
        <input
          id={id}
          value={written}
          autoComplete="off"
          placeholder={tags.length === 0 ? "support, drafts" : ""}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-note` : undefined}
          onChange={({ target }) => (target.value.includes(",") ? add(target.value) : setWritten(target.value))}
          onBlur={() => written.trim() !== "" && add(written)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && written.trim() !== "") {
              event.preventDefault();
              add(written);
            }
            if (event.key === "Backspace" && written === "") onChange(tags.slice(0, -1));
          }}
          className="h-6 min-w-24 flex-1 bg-transparent px-1 text-sm outline-none placeholder:text-faint"
        />
      </div>
      {error && (
        <p id={`${id}-note`} className="text-danger text-sm">
          {error}
        </p>
      )}
    </div>
  );
}
