import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Keyboard, PanelLeftClose, Search, SquarePen } from "lucide-react";
import { healthQuery } from "@/ui/api/queries";
import icon from "@/ui/icon.svg";
import { buttonClasses, IconButton } from "@/ui/parts/button";
import { useIsWide } from "@/ui/platform/use-media";
import { AccountMenu } from "./account-menu";
import { nameOfKey } from "./keys";
import { Places } from "./places";
import { SessionList } from "./session-list";
import { useSidebar } from "./sidebar-state";
import { ThemeMenu } from "./theme-menu";

export function Sidebar({ openPalette, openKeys }: { openPalette: () => void; openKeys: () => void }) {
  const { setIsOpen } = useSidebar();
  const isWide = useIsWide();
  const { data: health } = useQuery(healthQuery());
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a link is pressed by the keyboard as a click
    <nav
      aria-label="Chats and pages"
      // On a phone it lies over the page that was chosen, also when that is the one which is open.
      onClick={({ target }) => !isWide && target instanceof Element && target.closest("a") && setIsOpen(false)}
      className="flex h-full flex-col border-line border-r bg-panel"
    >
      <div className="flex h-14 items-center gap-2.5 px-4">
        <Link to="/" className="flex min-w-0 flex-1 items-center gap-2.5 font-semibold tracking-tight">
          <img src={icon} alt="" className="size-6 rounded-md ring-1 ring-line" />
          Everruns
        </Link>
        <IconButton label="Search" onClick={openPalette}>
          <Search size={17} />
        </IconButton>
        <IconButton label="Hide the side bar" onClick={() => setIsOpen(false)}>
          <PanelLeftClose size={17} />
        </IconButton>
      </div>
      <div className="px-3 pb-2">
        <Link to="/" className={buttonClasses("plain", "w-full justify-start px-3")}>
          <SquarePen size={16} aria-hidden />
          New chat
          <span aria-hidden className="ml-auto font-normal text-faint text-xs pointer-coarse:hidden">{`${nameOfKey("mod")} Shift O`}</span>
        </Link>
      </div>
      <SessionList />
      <div className="flex max-h-[60%] flex-col border-line border-t p-2">
        <Places />
        <div className="flex items-center pl-0.5">
          <AccountMenu />
          <ThemeMenu />
          <IconButton label="Keyboard" onClick={openKeys} className="pointer-coarse:hidden">
            <Keyboard size={17} />
          </IconButton>
          <span className="ml-auto pr-2 text-faint text-xs">{health?.version}</span>
        </div>
      </div>
    </nav>
  );
}
