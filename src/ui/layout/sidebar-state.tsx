import { PanelLeft } from "lucide-react";
import { createContext, useContext } from "react";
import { usePendingCount } from "@/ui/approvals/use-pending-count";
import { IconButton } from "@/ui/parts/button";
import { useIsWide } from "@/ui/platform/use-media";

export type SidebarState = { isOpen: boolean; setIsOpen: (isOpen: boolean) => void };

export const SidebarContext = createContext<SidebarState>({ isOpen: true, setIsOpen: () => undefined });

export const useSidebar = (): SidebarState => useContext(SidebarContext);

/** Opens the side bar; stands at the top left of every page, and only while the side bar is away. */
export function OpenSidebar() {
  const { isOpen, setIsOpen } = useSidebar();
  const isWide = useIsWide();
  const waiting = usePendingCount();
  if (isOpen && isWide) return null;
  return (
    <IconButton
      label={`Open the side bar${waiting > 0 ? ` (${waiting} waiting for you)` : ""}`}
      onClick={() => setIsOpen(true)}
      className="relative -ml-1.5"
    >
      <PanelLeft size={18} />
      {waiting > 0 && <span aria-hidden className="absolute top-1 right-1 size-2 rounded-full bg-warn ring-2 ring-canvas" />}
    </IconButton>
  );
}
