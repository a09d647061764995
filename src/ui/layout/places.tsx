import { Link, useRouterState } from "@tanstack/react-router";
import { ChevronRight, Settings2 } from "lucide-react";
import { useId, useState } from "react";
import { useMayManage } from "@/ui/api/use-may-manage";
import { classes } from "@/ui/platform/class-names";
import { PLACES, type Place } from "./navigation";

const LOOK =
  "flex w-full items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-left text-muted text-sm hover:bg-hover hover:text-ink pointer-coarse:py-2.5";

/** Where the side bar leads beside the chats. What is set up once is folded away, unless one is there. */
export function Places() {
  const id = useId();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const mayManage = useMayManage();
  const setup = PLACES.filter(({ isSetup, isForAdmins }) => isSetup && (mayManage || !isForAdmins));
  const isThere = setup.some(({ to }) => path === to || path.startsWith(`${to}/`));
  const [isWanted, setIsWanted] = useState<boolean | null>(null);
  const isOpen = isWanted ?? isThere;
  return (
    <div className="min-h-0 overflow-y-auto">
      {PLACES.filter(({ isSetup }) => !isSetup).map((place) => (
        <PlaceLink key={place.to} place={place} />
      ))}
      <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setIsWanted(!isOpen)} className={LOOK}>
        <Settings2 size={16} aria-hidden />
        Set up
        <ChevronRight size={15} aria-hidden className={classes("ml-auto text-faint transition-transform", isOpen && "rotate-90")} />
      </button>
      <div id={id} hidden={!isOpen} className="ml-3.5 border-line border-l pl-1.5">
        {setup.map((place) => (
          <PlaceLink key={place.to} place={place} />
        ))}
      </div>
    </div>
  );
}

function PlaceLink({ place: { label, icon: Icon, to, isOutside, isExact = false, Note } }: { place: Place }) {
  const inside = (
    <>
      <Icon size={16} aria-hidden />
      {label}
      {Note && <Note />}
    </>
  );
  return isOutside ? (
    <a href={to} target="_blank" rel="noreferrer" className={LOOK}>
      {inside}
    </a>
  ) : (
    <Link
      to={to}
      className={LOOK}
      activeOptions={{ exact: isExact, includeSearch: false }}
      activeProps={{ className: "bg-hover text-ink font-medium" }}
    >
      {inside}
    </Link>
  );
}
