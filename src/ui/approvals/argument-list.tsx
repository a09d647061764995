import { useState } from "react";
import { visibleText } from "@/ui/parts/visible-text";

/** So much of a value is shown before it is asked for. */
const MOST_SHOWN = 2_000;

/** What a tool would be run with, value by value, so that a person can judge it: a text as a text, whatever hides in it made visible. */
export function ArgumentList({ value }: { value: unknown }) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return <Value value={value} />;
  const entries = Object.entries(value);
  if (entries.length === 0) return <p className="text-faint text-sm">Without arguments</p>;
  return (
    <dl className="grid grid-cols-1 gap-x-4 gap-y-2 text-sm sm:grid-cols-[minmax(5rem,max-content)_minmax(0,1fr)]">
      {entries.map(([name, inner]) => (
        <div key={name} className="grid grid-cols-1 gap-x-4 gap-y-0.5 sm:col-span-2 sm:grid-cols-subgrid">
          <dt className="max-w-48 font-mono text-faint text-xs leading-6 [overflow-wrap:anywhere]">{visibleText(name)}</dt>
          <dd className="min-w-0">
            <Value value={inner} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ value }: { value: unknown }) {
  const [isWhole, setIsWhole] = useState(false);
  const text = visibleText(typeof value === "string" ? value : JSON.stringify(value, null, 2));
  const isLong = text.length > MOST_SHOWN;
  return (
    <>
      <pre className="code whitespace-pre-wrap rounded-md bg-panel px-2 py-0.5 [overflow-wrap:anywhere]">
        {isWhole ? text : text.slice(0, MOST_SHOWN)}
        {isLong && !isWhole && "…"}
        {text === "" && <span className="text-faint">(empty)</span>}
      </pre>
      {isLong && (
        <button
          type="button"
          aria-expanded={isWhole}
          onClick={() => setIsWhole(!isWhole)}
          className="mt-1 rounded text-muted text-xs underline underline-offset-2 hover:text-ink pointer-coarse:py-2"
        >
          {isWhole ? "Show less" : `Show all ${text.length.toLocaleString("en")} characters`}
        </button>
      )}
    </>
  );
}
