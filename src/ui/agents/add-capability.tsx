import { Plus } from "lucide-react";
import { useState } from "react";
import type { Capability } from "@/domain/capability";
import { CapabilityIcon } from "@/ui/capabilities/capability-icon";
import { Badge } from "@/ui/parts/badge";
import { Button } from "@/ui/parts/button";
import { SearchField } from "@/ui/parts/search-field";

type Props = { capabilities: readonly Capability[]; isEmpty: boolean; onAdd: (id: string) => void };

/** From so many on, a list is searched. */
const MANY = 8;

/** The capabilities that are not chosen yet: a press adds one at the end. */
export function AddCapability({ capabilities, isEmpty, onAdd }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const [search, setSearch] = useState("");
  const words = search.trim().toLowerCase();
  const shown = capabilities.filter(({ id, name, description }) => `${id} ${name} ${description}`.toLowerCase().includes(words));
  if (capabilities.length === 0) return null;
  if (!isOpen)
    return (
      <div className="flex flex-wrap items-center gap-3">
        <Button onClick={() => setIsOpen(true)}>
          <Plus size={16} aria-hidden />
          Add a capability
        </Button>
        {isEmpty && <p className="text-faint text-sm">It has none yet: it reads and writes, and that is all.</p>}
      </div>
    );
  return (
    <div className="grid grid-cols-1 gap-3 rounded-xl border border-line bg-panel p-3">
      <div className="flex items-center gap-2">
        {capabilities.length >= MANY ? (
          <SearchField label="Search capabilities" value={search} onChange={setSearch} className="min-w-0 flex-1" />
        ) : (
          <p className="flex-1 px-1 font-medium text-sm">Add a capability</p>
        )}
        <Button look="quiet" onClick={() => setIsOpen(false)}>
          Done
        </Button>
      </div>
      {shown.length === 0 && <p className="px-1 pb-2 text-faint text-sm">No capability has this in its name.</p>}
      <ul aria-label="Capabilities to add" className="grid grid-cols-1 max-h-96 gap-1 overflow-y-auto sm:grid-cols-2">
        {shown.map(({ id, name, description, icon, status }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => onAdd(id)}
              className="flex h-full w-full items-start gap-3 rounded-lg px-3 py-2 text-left text-sm hover:bg-hover"
            >
              <CapabilityIcon name={icon} className="mt-0.5" />
              <span className="min-w-0 flex-1">
                <span className="flex flex-wrap items-center gap-2 font-medium">
                  <span className="sr-only">Add</span>
                  <span className="[overflow-wrap:anywhere]">{name}</span>
                  {status === "coming_soon" && <Badge>Coming soon</Badge>}
                </span>
                <span className="line-clamp-2 text-muted">{description}</span>
              </span>
              <Plus size={16} aria-hidden className="mt-0.5 shrink-0 text-faint" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
