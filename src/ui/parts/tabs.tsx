import { Link } from "@tanstack/react-router";

type Tab = { label: string; to: string };

/** The parts of one thing, each at an address of its own. */
export const Tabs = ({ label, tabs, params }: { label: string; tabs: readonly Tab[]; params: Record<string, string> }) => (
  <nav aria-label={label} className="-mx-1 mb-8 flex gap-1 overflow-x-auto border-line border-b px-1">
    {tabs.map(({ label, to }) => (
      <Link
        key={to}
        to={to}
        params={params as never}
        activeOptions={{ exact: true }}
        className="-mb-px border-transparent border-b-2 px-3 py-2 text-muted text-sm hover:text-ink pointer-coarse:py-3"
        activeProps={{ className: "border-primary! text-ink! font-medium", "aria-current": "page" }}
      >
        {label}
      </Link>
    ))}
  </nav>
);
