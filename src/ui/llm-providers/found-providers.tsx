import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { HardDrive } from "lucide-react";
import { foundProvidersQuery } from "@/ui/api/queries";
import { buttonClasses } from "@/ui/parts/button";

/** Programs on this machine that offer models and are no providers yet. */
export function FoundProviders() {
  const { data: found = [] } = useQuery(foundProvidersQuery());
  if (found.length === 0) return null;
  return (
    <ul aria-label="Found on this machine" className="mt-4 grid grid-cols-1 gap-2">
      {found.map(({ name, provider_type, base_url, models }) => (
        <li key={base_url} className="flex flex-wrap items-center gap-3 rounded-xl border border-line border-dashed px-4 py-3 text-sm">
          <HardDrive size={18} aria-hidden className="shrink-0 text-accent" />
          <p className="min-w-0 flex-1">
            <span className="font-medium">{`${name} runs on this machine`}</span>
            <span className="block truncate text-muted">{models.length === 0 ? base_url : models.join(", ")}</span>
          </p>
          <Link to="/providers/new" search={{ name, type: provider_type, address: base_url }} className={buttonClasses()}>
            Add it
          </Link>
        </li>
      ))}
    </ul>
  );
}
