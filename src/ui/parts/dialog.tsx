import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { classes } from "@/ui/platform/class-names";
import { Button, IconButton } from "./button";

type Props = { isOpen: boolean; onClose: () => void; title: string; description?: string; children: ReactNode; className?: string };

/** A window over the page, with a title. Escape and a press beside it close it. */
export function Dialog({ title, description, children, ...rest }: Props) {
  const id = useId();
  return (
    <BareDialog {...rest} labelledBy={id}>
      <div className="p-6">
        <div className="mb-4 flex items-start justify-between gap-4">
          <div>
            <h2 id={id} className="font-semibold text-lg">
              {title}
            </h2>
            {description !== undefined && <p className="mt-1 text-muted text-sm">{description}</p>}
          </div>
          <IconButton label="Close" className="-mt-1 -mr-2" onClick={rest.onClose}>
            <X size={18} />
          </IconButton>
        </div>
        {children}
      </div>
    </BareDialog>
  );
}

type BareProps = { isOpen: boolean; onClose: () => void; labelledBy?: string; label?: string; children: ReactNode; className?: string };

/**
 * The browser's own modal window: it keeps the focus inside, and gives it back. (Libraries that do it themselves write a `<style>` into the
 * page, which its content security policy forbids.)
 */
export function BareDialog({ isOpen, onClose, labelledBy, label, children, className }: BareProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (!isOpen || !dialog) return;
    dialog.showModal();
    // What has `autoFocus` was there before the window was, and could not take the focus.
    dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => dialog.close();
  }, [isOpen]);
  if (!isOpen) return null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard closes it with Escape
    <dialog
      ref={element}
      aria-labelledby={labelledBy}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={({ target }) => target === element.current && onClose()}
      className={classes(
        "m-auto mt-[12vh] max-h-[80vh] w-[min(32rem,calc(100vw-2rem))] animate-appear overflow-y-auto rounded-2xl border border-line bg-raised text-ink shadow-2xl backdrop:bg-black/40",
        className,
      )}
    >
      {children}
    </dialog>
  );
}

type Question = { isOpen: boolean; onClose: () => void; title: string; description: string; action: string; onConfirm: () => void };

/** Asks before something that can't be undone. */
export function ConfirmDialog({ isOpen, onClose, title, description, action, onConfirm }: Question) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title} description={description}>
      <div className="mt-6 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="danger"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
