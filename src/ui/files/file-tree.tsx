import { ChevronRight, File, FileCode, FileImage, FileText, Folder, FolderOpen, Lock } from "lucide-react";
import { type DragEvent, type KeyboardEvent, useId, useRef, useState } from "react";
import { visibleText } from "@/ui/parts/visible-text";
import { classes } from "@/ui/platform/class-names";
import { formatBytes } from "@/ui/platform/format";
import { useMedia } from "@/ui/platform/use-media";
import { kindOf } from "./file-kind";
import { type FileRow, parentOf } from "./file-rows";
import { treeMove } from "./tree-keys";
import { useWindow } from "./use-window";

type Props = {
  rows: readonly FileRow[];
  /** Where the person is: the chosen file or directory. */
  active: string | null;
  onActive: (path: string) => void;
  onToggle: (path: string, isOpen: boolean) => void;
  onOpenFile: (path: string) => void;
  /** Files were dropped into this directory. */
  onDrop: (folder: string, files: readonly File[]) => void;
};

/** A session's files as a tree. Only the lines in sight are drawn: there may be ten thousand. */
export function FileTree({ rows, active, onActive, onToggle, onOpenFile, onDrop }: Props) {
  const id = useId();
  const scrolled = useRef<HTMLDivElement>(null);
  const lineHeight = useMedia("(pointer: coarse)") ? 40 : 30;
  const { from, to } = useWindow(scrolled, rows.length, lineHeight);
  const [target, setTarget] = useState<string | null>(null);
  const at = active === null ? -1 : rows.findIndex(({ file }) => file.path === active);
  const isDrawn = at >= from && at < to;

  function go(index: number): void {
    const row = rows[index];
    if (!row || !scrolled.current) return;
    onActive(row.file.path);
    const top = index * lineHeight;
    const { scrollTop, clientHeight } = scrolled.current;
    if (top < scrollTop) scrolled.current.scrollTop = top;
    if (top + lineHeight > scrollTop + clientHeight) scrolled.current.scrollTop = top + lineHeight - clientHeight;
  }

  function press({ file, isOpen }: FileRow): void {
    onActive(file.path);
    if (file.is_directory) onToggle(file.path, !isOpen);
    else onOpenFile(file.path);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const move = treeMove(event.key, at, rows);
    if (!move) return;
    event.preventDefault();
    if (move.kind === "go") go(move.to);
    else if (move.kind === "toggle") onToggle(move.path, move.isOpen);
    else press(move.row);
  }

  /** The directory below the pointer, or that of the file there. */
  function folderAt({ target }: DragEvent): string {
    const line = target instanceof Element ? target.closest<HTMLElement>("[data-line]") : null;
    const file = rows[Number(line?.dataset.line ?? -1)]?.file;
    return file ? (file.is_directory ? file.path : parentOf(file.path)) : "/";
  }

  return (
    <div
      ref={scrolled}
      role="tree"
      aria-label="Files"
      tabIndex={0}
      aria-activedescendant={isDrawn ? `${id}-${at}` : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => active === null && rows[0] && onActive(rows[0].file.path)}
      onDragOver={(event) => {
        event.preventDefault();
        setTarget(folderAt(event));
      }}
      onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node | null) || setTarget(null)}
      onDrop={(event) => {
        event.preventDefault();
        setTarget(null);
        onDrop(folderAt(event), [...event.dataTransfer.files]);
      }}
      className={classes(
        "group min-h-0 flex-1 overflow-auto p-2 outline-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-primary",
        target === "/" && "bg-hover",
      )}
    >
      <div role="none" className="relative" style={{ height: rows.length * lineHeight }}>
        {rows.slice(from, to).map((row, index) => (
          <Line
            key={row.file.path}
            row={row}
            id={`${id}-${from + index}`}
            line={from + index}
            height={lineHeight}
            isActive={row.file.path === active}
            isTarget={target !== "/" && row.file.path === target}
            onPress={() => press(row)}
          />
        ))}
      </div>
    </div>
  );
}

type LineProps = { row: FileRow; id: string; line: number; height: number; isActive: boolean; isTarget: boolean; onPress: () => void };

function Line({ row: { file, depth, isOpen, position, siblings }, id, line, height, isActive, isTarget, onPress }: LineProps) {
  const Icon = file.is_directory ? (isOpen ? FolderOpen : Folder) : ICONS[kindOf(file.name)];
  const name = visibleText(file.name);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the tree's
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names the line that is meant
    <div
      role="treeitem"
      id={id}
      data-line={line}
      aria-level={depth}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={isActive}
      {...(file.is_directory ? { "aria-expanded": isOpen } : {})}
      onClick={onPress}
      title={name}
      style={{ top: line * height, height, paddingLeft: 6 + (depth - 1) * 16 }}
      className={classes(
        "absolute inset-x-0 flex cursor-pointer select-none items-center gap-1.5 rounded-md pr-2 text-sm hover:bg-hover",
        isActive && "bg-hover group-focus-visible:ring-1 group-focus-visible:ring-primary",
        isTarget && "bg-hover outline-2 outline-primary",
      )}
    >
      <ChevronRight
        size={14}
        aria-hidden
        className={classes("shrink-0 text-faint", isOpen && "rotate-90", !file.is_directory && "invisible")}
      />
      <Icon size={15} aria-hidden className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1 truncate">{name}</span>
      {file.is_readonly && (
        <span className="shrink-0 text-faint" title="Read-only">
          <Lock size={13} aria-hidden />
          <span className="sr-only">read-only</span>
        </span>
      )}
      {!file.is_directory && <span className="shrink-0 text-faint text-xs tabular-nums">{formatBytes(file.size_bytes)}</span>}
    </div>
  );
}

const ICONS = { image: FileImage, code: FileCode, text: FileText, other: File };
