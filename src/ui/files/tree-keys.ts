import { type FileRow, parentOf } from "./file-rows";

/** What a key does in the tree: goes to a line, opens or closes a directory, or does what a press on the line does. */
export type TreeMove = { kind: "go"; to: number } | { kind: "toggle"; path: string; isOpen: boolean } | { kind: "press"; row: FileRow };

const PAGE = 10;

/** Source: WAI-ARIA Authoring Practices, tree view pattern */
export function treeMove(key: string, at: number, rows: readonly FileRow[]): TreeMove | null {
  const last = rows.length - 1;
  const go = (to: number): TreeMove => ({ kind: "go", to: Math.max(0, Math.min(last, to)) });
  const row = rows[at];
  if (key === "Home") return go(0);
  if (key === "End") return go(last);
  if (key === "ArrowDown") return go(at + 1);
  if (key === "ArrowUp") return go(at - 1);
  if (key === "PageDown") return go(at + PAGE);
  if (key === "PageUp") return go(at - PAGE);
  if (!row) return null;
  if (key === "Enter" || key === " ") return { kind: "press", row };
  const { path, is_directory } = row.file;
  if (key === "ArrowRight" && is_directory) return row.isOpen ? go(at + 1) : { kind: "toggle", path, isOpen: true };
  if (key === "ArrowLeft" && row.isOpen) return { kind: "toggle", path, isOpen: false };
  if (key === "ArrowLeft" && row.depth > 1) return go(rows.findIndex(({ file }) => file.path === parentOf(path)));
  return null;
}
