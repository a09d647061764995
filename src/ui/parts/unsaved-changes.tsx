import { useBlocker } from "@tanstack/react-router";
import { Button } from "./button";
import { Dialog } from "./dialog";

/** Asks before a page with unsaved changes is left; the browser asks when it is closed. */
export function UnsavedChanges({ isChanged }: { isChanged: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isChanged && current.pathname !== next.pathname,
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  return (
    <Dialog
      isOpen={status === "blocked"}
      onClose={() => reset?.()}
      title="Leave without saving?"
      description="What you changed here is not saved yet, and would be lost."
    >
      <div className="mt-6 flex justify-end gap-2">
        <Button look="danger" onClick={() => proceed?.()}>
          Leave
        </Button>
        <Button look="primary" data-autofocus onClick={() => reset?.()}>
          Stay
        </Button>
      </div>
    </Dialog>
  );
}
