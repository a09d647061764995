import { PanelLeft } from "lucide-react";
import { createContext, useContext } from "react";
import { IconButton } from "@/ui/parts/button";
import { useIsWide } from "@/ui/platform/use-media";

export type SidebarState = { isOpen: boolean; setIsOpen: (isOpen: boolean) => void };

export const SidebarContext = createContext<SidebarState>({ isOpen: true, setIsOpen: () => undefined });

export const useSidebar = (): SidebarState => useContext(SidebarContext);

/** Opens the side bar; stands at the top left of every page, and only while the side bar is away. */
export function OpenSidebar() {
  const { isOpen, setIsOpen } = useSidebar();
  const isWide = useIsWide();
  if (isOpen && isWide) return null;
  return (
    <IconButton label="Open the side bar" onClick={() => setIsOpen(true)} className="-ml-1.5">
      <PanelLeft size={18} />
    </IconButton>
  );
}
