import { type ReactNode, useState } from "react";
import { ConfirmDialog } from "@/ui/parts/dialog";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { visibleText } from "@/ui/parts/visible-text";
import { alreadyThere, uploadFiles } from "./file-actions";

type Given = { folder: string; files: readonly File[] };

type State = Given & { done: number; names: string[]; failures: string[]; stage: "asked" | "running" | "failed" };

/** Uploads files into a directory, asks before any is replaced, and tells how far it is and what went wrong. */
export function useUpload(sessionId: string): {
  upload: (folder: string, files: readonly File[]) => void;
  isBusy: boolean;
  shown: ReactNode;
} {
  const [state, setState] = useState<State | null>(null);

  async function run({ folder, files }: Given): Promise<void> {
    const begun: State = { folder, files, done: 0, names: [], failures: [], stage: "running" };
    setState(begun);
    const failures = await uploadFiles(sessionId, folder, files, (done) => setState({ ...begun, done }));
    setState(failures.length > 0 ? { ...begun, failures, stage: "failed" } : null);
    const count = files.length - failures.length;
    if (count > 0) notify(count === 1 ? "1 file is uploaded." : `${count} files are uploaded.`);
  }

  async function begin(given: Given): Promise<void> {
    const names = await alreadyThere(sessionId, given.folder, given.files);
    if (names.length === 0) return run(given);
    setState({ ...given, done: 0, names, failures: [], stage: "asked" });
  }

  const shown = state && (
    <>
      {state.stage === "running" && (
        <p role="status" className="border-line border-b px-4 py-2 text-muted text-sm">
          {`Uploading ${Math.min(state.done + 1, state.files.length)} of ${state.files.length}…`}
        </p>
      )}
      {state.stage === "failed" && (
        <div className="max-h-48 overflow-y-auto border-line border-b p-2">
          <Outcome kind="failure">
            <ul className="grid grid-cols-1 gap-1">
              {state.failures.map((words) => (
                <li key={words}>{visibleText(words)}</li>
              ))}
            </ul>
          </Outcome>
        </div>
      )}
      <ConfirmDialog
        isOpen={state.stage === "asked"}
        onClose={() => setState(null)}
        title={state.names.length === 1 ? `Replace ${visibleText(state.names[0]!)}?` : `Replace ${state.names.length} files?`}
        description={state.names.length === 1 ? "A file with this name is there already." : "Files with these names are there already."}
        action="Replace"
        onConfirm={() => void run(state)}
      />
    </>
  );
  return {
    upload: (folder, files) => {
      if (files.length > 0 && state?.stage !== "running") void begin({ folder, files }).catch(notifyFailure);
    },
    isBusy: state?.stage === "running",
    shown,
  };
}
