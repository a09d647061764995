import { useQueries } from "@tanstack/react-query";
import { FolderPlus, FolderTree, Upload, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { FileInfo } from "@/domain/file";
import { ApiError } from "@/ui/api/client";
import { IconButton } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { visibleText } from "@/ui/parts/visible-text";
import { classes } from "@/ui/platform/class-names";
import { useIsWide } from "@/ui/platform/use-media";
import { makeFolder } from "./file-actions";
import { FileMenu } from "./file-menu";
import { directoryQuery } from "./file-queries";
import { foldersAbove, join, parentOf, rowsOf } from "./file-rows";
import { FileTree } from "./file-tree";
import { FileView } from "./file-view";
import { PathDialog } from "./path-dialog";
import { useUpload } from "./upload";
import { useFileChanges } from "./use-file-changes";

type Props = {
  sessionId: string;
  /** Of the last event that the chat has. */
  sequence: number;
  /** The file that is shown. */
  file: string | undefined;
  onFile: (path: string | undefined) => void;
  onClose: () => void;
};

/** A session's files beside its chat: they change here as the agent changes them. */
export function FilesPanel({ sessionId, sequence, file, onFile, onClose }: Props) {
  const isWide = useIsWide();
  useFileChanges(sessionId, sequence);
  return (
    <aside
      aria-label="Files"
      className={classes("flex flex-col bg-panel", isWide ? "w-[min(32rem,45vw)] shrink-0 border-line border-l" : "fixed inset-0 z-20")}
    >
      <div className="flex h-14 shrink-0 items-center justify-between border-line border-b pr-2 pl-4">
        <h2 className="font-semibold text-sm">Files</h2>
        <IconButton label="Close the files" onClick={onClose}>
          <X size={17} />
        </IconButton>
      </div>
      {file !== undefined && (
        <FileView
          key={file}
          sessionId={sessionId}
          path={file}
          onBack={() => onFile(undefined)}
          onMoved={(path) => onFile(path ?? undefined)}
        />
      )}
      {/* Stays as it was while a file is looked at. */}
      <div className={classes("flex min-h-0 flex-1 flex-col", file !== undefined && "hidden")}>
        <Tree sessionId={sessionId} shown={file} onFile={onFile} />
      </div>
    </aside>
  );
}

type TreeProps = { sessionId: string; shown: string | undefined; onFile: (path: string) => void };

function Tree({ sessionId, shown, onFile }: TreeProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(shown === undefined ? [] : foldersAbove(shown)));
  const [active, setActive] = useState<string | null>(shown ?? null);
  const [isNaming, setIsNaming] = useState(false);
  const { upload, isBusy, shown: uploading } = useUpload(sessionId);
  const paths = ["/", ...open];
  const found = useQueries({
    queries: paths.map((path) => directoryQuery(sessionId, path)),
    combine: (results) => ({ data: results.map(({ data }) => data), error: results.map(({ error }) => error), retry: results[0]!.refetch }),
  });
  const rows = rowsOf(new Map(paths.map((path, index) => [path, found.data[index] ?? null])), open);
  // A directory that is gone is not asked for again.
  const gone = paths.filter((path, index) => path !== "/" && isMissing(found.error[index])).join("\n");
  useEffect(() => {
    if (gone !== "") setOpen((now) => new Set([...now].filter((path) => !gone.split("\n").includes(path))));
  }, [gone]);

  const activeFile = rows.find(({ file }) => file.path === active)?.file;
  const folder = activeFile === undefined ? "/" : activeFile.is_directory ? activeFile.path : parentOf(activeFile.path);
  const toggle = (path: string, isOpen: boolean) =>
    setOpen((now) => new Set(isOpen ? [...now, path] : [...now].filter((other) => other !== path)));
  const root = found.data[0];
  const rootError = found.error[0];
  return (
    <>
      <Toolbar
        sessionId={sessionId}
        folder={folder}
        active={activeFile}
        isBusy={isBusy}
        onUpload={(files) => upload(folder, files)}
        onNewFolder={() => setIsNaming(true)}
        onMoved={setActive}
        onRoot={() => setActive(null)}
      />
      {uploading}
      {rootError && !root && <ErrorState error={rootError} onRetry={() => void found.retry()} />}
      {!root && !rootError && <Loading />}
      {root && rows.length === 0 && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the button above does the same
        <div
          className="min-h-0 flex-1 overflow-y-auto"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            upload("/", [...event.dataTransfer.files]);
          }}
        >
          <EmptyState icon={FolderTree} title="There are no files yet">
            What the agent writes appears here. Upload files, or drop them here, to give it something to read.
          </EmptyState>
        </div>
      )}
      {rows.length > 0 && (
        <FileTree rows={rows} active={active} onActive={setActive} onToggle={toggle} onOpenFile={onFile} onDrop={upload} />
      )}
      <PathDialog
        isOpen={isNaming}
        onClose={() => setIsNaming(false)}
        title="A new folder"
        description={`It is made in ${visibleText(folder)}.`}
        label="Name"
        action="Make the folder"
        given=""
        onGiven={async (name) => {
          const { path } = await makeFolder(sessionId, join(folder, name));
          setOpen((now) => new Set([...now, ...foldersAbove(path)]));
          setActive(path);
        }}
      />
    </>
  );
}

const isMissing = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

type ToolbarProps = {
  sessionId: string;
  folder: string;
  active: FileInfo | undefined;
  isBusy: boolean;
  onUpload: (files: readonly File[]) => void;
  onNewFolder: () => void;
  onMoved: (path: string | null) => void;
  onRoot: () => void;
};

/** Where the person is in the tree, and what can be done there. */
function Toolbar({ sessionId, folder, active, isBusy, onUpload, onNewFolder, onMoved, onRoot }: ToolbarProps) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <div className="flex items-center gap-1 border-line border-b py-1.5 pr-2 pl-4">
      <p className="min-w-0 flex-1 truncate text-muted text-sm" title={visibleText(folder)}>
        {folder === "/" ? (
          "All files"
        ) : (
          <>
            <button type="button" onClick={onRoot} className="rounded hover:text-ink hover:underline pointer-coarse:py-2">
              All files
            </button>
            {visibleText(folder).replaceAll("/", " / ")}
          </>
        )}
      </p>
      <IconButton label="New folder" onClick={onNewFolder}>
        <FolderPlus size={17} />
      </IconButton>
      <IconButton label="Upload files" disabled={isBusy} onClick={() => chooser.current?.click()}>
        <Upload size={17} />
      </IconButton>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        onChange={({ target }) => {
          onUpload([...(target.files ?? [])]);
          target.value = "";
        }}
      />
      {active && (
        <FileMenu
          sessionId={sessionId}
          path={active.path}
          isFolder={active.is_directory}
          isReadonly={active.is_readonly}
          onMoved={onMoved}
        />
      )}
    </div>
  );
}
