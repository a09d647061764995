import { type ReactNode, useEffect, useRef } from "react";
import { isCommand } from "@/ui/layout/keys";
import type { ApiRequest } from "./api-code";
import { AsCode } from "./as-code";
import { Button } from "./button";
import { errorBeside } from "./field-errors";
import { Outcome } from "./outcome";
import { UnsavedChanges } from "./unsaved-changes";

type Props = {
  label: string;
  action: string;
  isChanged: boolean;
  /** Whether it can be sent as it stands at first. */
  mayBeUntouched?: boolean;
  isSaving: boolean;
  /** What the last attempt to save failed with. */
  error: unknown;
  /** Those that show what is wrong with them themselves. */
  fields: readonly string[];
  onSave: () => void;
  onDiscard?: () => void;
  /** Whether it was changed elsewhere meanwhile. */
  isOvertaken?: boolean;
  request: { request: ApiRequest; description: string };
  children: ReactNode;
};

/** A form that saves on its button, on Enter in a line and on `mod S`, and goes to the first field that the API refuses. */
export function Form({
  label,
  action,
  isChanged,
  isSaving,
  error,
  fields,
  onSave,
  onDiscard,
  isOvertaken,
  request,
  children,
  ...rest
}: Props) {
  const maySave = isChanged || rest.mayBeUntouched === true;
  const form = useRef<HTMLFormElement>(null);
  const words = errorBeside(error, fields);
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [error]);
  const save = () => {
    if (maySave && !isSaving) onSave();
  };
  return (
    <form
      ref={form}
      noValidate
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (!isCommand(event.nativeEvent, "s")) return;
        event.preventDefault();
        save();
      }}
    >
      <div className="grid grid-cols-1 gap-5">{children}</div>
      <div className="sticky bottom-0 z-10 mt-6 grid grid-cols-1 gap-3 border-line border-t bg-canvas py-3">
        {isOvertaken && <Outcome kind="note">This was changed elsewhere meanwhile. Saving changes only what you changed here.</Outcome>}
        {words && <Outcome kind="failure">{words}</Outcome>}
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" look="primary" isBusy={isSaving} disabled={!maySave}>
            {action}
          </Button>
          {isChanged && onDiscard && (
            <Button look="quiet" onClick={onDiscard}>
              Discard
            </Button>
          )}
          <span role="status" className="text-faint text-sm">
            {isChanged && onDiscard && "Not saved yet"}
          </span>
          <span className="ml-auto">
            <AsCode {...request} />
          </span>
        </div>
      </div>
      <UnsavedChanges isChanged={isChanged && !isSaving} />
    </form>
  );
}
