import { Plus, X } from "lucide-react";
import { Button, IconButton } from "@/ui/parts/button";

/** Rows of a header each. Null keeps those that are set: their values are never shown again. */
export type HeadersDraft = { id: number; name: string; value: string }[] | null;

type Props = { set: readonly string[]; headers: HeadersDraft; error?: string | undefined; onChange: (headers: HeadersDraft) => void };

let lastId = 0;
export const emptyHeader = (name = "") => ({ id: ++lastId, name, value: "" });

/** As the API takes them; undefined keeps what is set. */
export const headersOf = (headers: HeadersDraft): Record<string, string> | undefined =>
  headers === null
    ? undefined
    : Object.fromEntries(headers.filter(({ name, value }) => name.trim() + value !== "").map(({ name, value }) => [name.trim(), value]));

const INPUT =
  "h-10 min-w-0 rounded-lg border border-line bg-canvas px-3 text-sm outline-none placeholder:text-faint hover:border-line-strong focus:border-primary focus:ring-2 focus:ring-primary/20";

/** What is sent with every request to a server. The values can be written, and never read. */
export function HeadersField({ set, headers, error, onChange }: Props) {
  return (
    <fieldset className="grid grid-cols-1 gap-2">
      <legend className="mb-1.5 font-medium text-sm">Headers</legend>
      {headers === null ? (
        <Kept set={set} onReplace={() => onChange(set.map((name) => emptyHeader(name)))} onAdd={() => onChange([emptyHeader()])} />
      ) : (
        <>
          {set.length > 0 && (
            <p className="text-sm text-warn">All headers are replaced by these: fill in each value again, and leave out what should go.</p>
          )}
          {headers.map((header) => {
            const change = (part: Partial<typeof header>) =>
              onChange(headers.map((other) => (other.id === header.id ? { ...header, ...part } : other)));
            return (
              <div key={header.id} className="flex flex-wrap gap-2">
                <input
                  aria-label="Name of the header"
                  placeholder="Authorization"
                  autoComplete="off"
                  spellCheck={false}
                  value={header.name}
                  onChange={({ target }) => change({ name: target.value })}
                  className={`${INPUT} w-full sm:w-56`}
                />
                <input
                  type="password"
                  aria-label={`Value of the header ${header.name}`}
                  placeholder="Bearer …"
                  autoComplete="off"
                  value={header.value}
                  onChange={({ target }) => change({ value: target.value })}
                  className={`${INPUT} flex-1`}
                />
                <IconButton
                  label={`Remove the header ${header.name}`}
                  className="self-center"
                  onClick={() => onChange(headers.filter(({ id }) => id !== header.id))}
                >
                  <X size={16} />
                </IconButton>
              </div>
            );
          })}
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => onChange([...headers, emptyHeader()])}>
              <Plus size={16} aria-hidden />
              Add a header
            </Button>
            {set.length > 0 && (
              <Button look="quiet" onClick={() => onChange(null)}>
                Keep those that are set
              </Button>
            )}
          </div>
        </>
      )}
      <p aria-live="polite" className={error ? "text-danger text-sm" : "text-faint text-sm"}>
        {error ?? "They are kept encrypted on this machine, and are sent to this server only."}
      </p>
    </fieldset>
  );
}

function Kept({ set, onReplace, onAdd }: { set: readonly string[]; onReplace: () => void; onAdd: () => void }) {
  if (set.length === 0)
    return (
      <Button className="justify-self-start" onClick={onAdd}>
        <Plus size={16} aria-hidden />
        Add a header
      </Button>
    );
  return (
    <>
      <ul className="grid grid-cols-1 gap-1 text-sm">
        {set.map((name) => (
          <li key={name} className="flex items-center gap-2">
            <code className="font-mono text-xs [overflow-wrap:anywhere]">{name}</code>
            <span className="text-faint">is set</span>
          </li>
        ))}
      </ul>
      <Button className="justify-self-start" onClick={onReplace}>
        Replace them
      </Button>
    </>
  );
}
