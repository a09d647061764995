import { queryOptions } from "@tanstack/react-query";
import type { FileInfo, SessionFile } from "@/domain/file";
import { api } from "@/ui/api/client";
import { type ListOf, queryClient } from "@/ui/api/queries";

const PER_PAGE = 1000;

/**
 * Where the API keeps a file. A name may have anything in it but a slash. Throws for `.` and `..`, in which a browser would see another
 * address, encoded or not.
 */
export function addressOf(sessionId: string, path: string): string {
  const names = path.split("/");
  if (names.some((name) => name === "." || name === "..")) throw new Error("A path must not have . or .. in it: write it from the top.");
  return `/v1/sessions/${sessionId}/fs${path === "/" ? "" : names.map(encodeURIComponent).join("/")}`;
}

/** All that a directory has in it, directories first. */
export const directoryQuery = (sessionId: string, path: string) =>
  queryOptions({
    queryKey: ["files", sessionId, "directory", path],
    // Ten thousand files are not compared one by one with those that were there before.
    structuralSharing: false,
    queryFn: async ({ signal }): Promise<readonly FileInfo[]> => {
      const page = (offset: number) =>
        api.get<ListOf<FileInfo>>(`${addressOf(sessionId, path)}?limit=${PER_PAGE}&offset=${offset}`, { signal });
      const first = await page(0);
      const offsets = Array.from({ length: Math.ceil(first.total / PER_PAGE) - 1 }, (_, index) => (index + 1) * PER_PAGE);
      const rest = await Promise.all(offsets.map(page));
      return inOrder([first, ...rest].flatMap(({ items }) => items));
    },
  });

/** Beyond this many, sorting as people do would be felt: the server's order stays. */
const MOST_SORTED = 2000;
const byName = new Intl.Collator(undefined, { numeric: true });

function inOrder(files: readonly FileInfo[]): readonly FileInfo[] {
  const sorted = files.length > MOST_SORTED ? files : files.toSorted((one, other) => byName.compare(one.name, other.name));
  return [...sorted.filter(({ is_directory }) => is_directory), ...sorted.filter(({ is_directory }) => !is_directory)];
}

/** A file with what is in it; null where the path is a directory's. */
export const fileQuery = (sessionId: string, path: string) =>
  queryOptions({
    queryKey: ["files", sessionId, "content", path],
    structuralSharing: false,
    // What is large is not kept for long.
    gcTime: 30_000,
    queryFn: async ({ signal }): Promise<SessionFile | null> => {
      const file = await api.get<SessionFile | ListOf<FileInfo>>(addressOf(sessionId, path), { signal });
      return "items" in file ? null : file;
    },
  });

/** After a change, at these paths, or anywhere: reads again what is shown of it. */
export function filesChanged(sessionId: string, paths?: readonly string[]): Promise<void> {
  return queryClient.invalidateQueries({
    queryKey: ["files", sessionId],
    predicate: ({ queryKey: [, , , shown] }) => paths === undefined || paths.some((path) => isTouched(String(shown), path)),
  });
}

/** What is changed shows in the directories above it, which may be new, and in all that is below it. */
const isTouched = (shown: string, changed: string): boolean =>
  shown === "/" || shown === changed || changed.startsWith(`${shown}/`) || shown.startsWith(`${changed}/`);
