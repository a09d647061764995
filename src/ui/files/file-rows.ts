import type { FileInfo } from "@/domain/file";

/** A line of the tree. */
export type FileRow = { file: FileInfo; depth: number; isOpen: boolean; position: number; siblings: number };

/** What is in each directory that is known; null while it is being read. */
export type Listings = ReadonlyMap<string, readonly FileInfo[] | null>;

/** The lines of the tree from top to bottom: below an open directory, what is in it. */
export function rowsOf(listings: Listings, open: ReadonlySet<string>, path = "/", depth = 1, rows: FileRow[] = []): FileRow[] {
  const files = listings.get(path) ?? [];
  files.forEach((file, index) => {
    const isOpen = file.is_directory && open.has(file.path);
    rows.push({ file, depth, isOpen, position: index + 1, siblings: files.length });
    if (isOpen) rowsOf(listings, open, file.path, depth + 1, rows);
  });
  return rows;
}

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
export const join = (folder: string, name: string): string => (folder === "/" ? `/${name}` : `${folder}/${name}`);

/** The directories above a path, the topmost first. */
export const foldersAbove = (path: string): string[] =>
  path
    .split("/")
    .slice(1, -1)
    .map((_, index, names) => `/${names.slice(0, index + 1).join("/")}`);
