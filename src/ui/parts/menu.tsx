import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "@/ui/platform/class-names";

type Props = {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
  className?: string;
  /** The focus is about to go back to the button; `preventDefault()` leaves it to whoever shows something else in its place. */
  onClosed?: (event: Event) => void;
};

/** A menu at the button that opens it. `trigger` is one button. */
export function Menu({ trigger, children, align = "end", className, onClosed }: Props) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={(event) => onClosed?.(event)}
          className={classes(
            "z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 max-w-80 animate-appear overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-lg",
            className,
          )}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  "flex w-full items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-left text-sm outline-none select-none data-highlighted:bg-hover data-disabled:opacity-50 pointer-coarse:py-2.5 cursor-pointer";

type ItemProps = { icon?: ReactNode; children: ReactNode; onSelect: () => void; isDangerous?: boolean; isDisabled?: boolean };

export function MenuItem({ icon, children, onSelect, isDangerous = false, isDisabled = false }: ItemProps) {
  return (
    <DropdownMenu.Item onSelect={onSelect} disabled={isDisabled} className={classes(ITEM, isDangerous && "text-danger")}>
      {icon}
      {children}
    </DropdownMenu.Item>
  );
}

/** One of several, of which one holds. */
export function MenuChoice({ isChosen, children, note, onSelect }: Omit<ItemProps, "icon"> & { isChosen: boolean; note?: ReactNode }) {
  return (
    <DropdownMenu.CheckboxItem checked={isChosen} onSelect={onSelect} className={ITEM}>
      <Check size={16} aria-hidden className={classes("shrink-0", isChosen ? "text-accent" : "invisible")} />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {note !== undefined && <span className="shrink-0 text-faint text-xs">{note}</span>}
    </DropdownMenu.CheckboxItem>
  );
}

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <DropdownMenu.Label className="px-2.5 pt-2 pb-1 text-faint text-xs">{children}</DropdownMenu.Label>
);

export const MenuSeparator = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />;
