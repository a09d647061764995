import type { Script, Tx } from "@/database/database";
import type { EventData, EventDraft, KeptEvent } from "@/domain/event";
import { parentsOf, ROOT } from "@/domain/file";
import { conflict, invalid, notFound } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import { newId } from "@/platform/ids";
import type { ContentStore } from "./content-store";
import type { FileLimits } from "./file-limits";
import type { FileRow, FileStore, FileUsage } from "./file-store";

/** Whose files change, in which transaction, and where the change is told. */
export type ChangePlace = { tx: Tx; sessionId: string; append: (drafts: readonly EventDraft[]) => Script<KeptEvent[]> };

export type ChangeParts = { files: FileStore; contents: ContentStore; limits: FileLimits; clock: Clock };

export type Changing = ReturnType<typeof createChanging>;

/** Old versions that are looked at in one go when there are too many. */
const OLD_AT_ONCE = 500;

/** What all changes of files do: look, say no, count, tell. Throws `AppError`s. */
export const createChanging = ({ files, contents, limits, clock }: ChangeParts) => {
  const find = ({ tx, sessionId }: ChangePlace, path: string): Script<FileRow | undefined> => files.find(tx, sessionId, path);

  function* forget({ tx, sessionId }: ChangePlace, surplus: number): Script<void> {
    for (let left = surplus; left > 0; ) {
      const oldest = yield* files.oldest(tx, sessionId, OLD_AT_ONCE);
      if (oldest.length === 0) return;
      const { bytes, hashes } = yield* files.forgetUntil(tx, sessionId, endOfFirst(oldest, left));
      yield* contents.free(hashes);
      yield* files.count(sessionId, { entries: 0, presentBytes: 0, pastBytes: -bytes });
      left -= bytes;
    }
  }

  return {
    find,

    *get(place: ChangePlace, path: string): Script<FileRow> {
      const row = yield* find(place, path);
      if (!row) throw notFound("File");
      return row;
    },

    /** Its sequence is that of the versions that the change makes and ends. */
    *tell({ append }: ChangePlace, data: Omit<EventData<"file.changed">, "turn_id">): Script<number> {
      const [kept] = yield* append([{ type: "file.changed", data }]);
      return kept!.sequence;
    },

    /** The directories above a path that are not there yet. Throws where a file stands in the way. */
    *missingParents(place: ChangePlace, path: string): Script<string[]> {
      const missing: string[] = [];
      for (const parent of parentsOf(path).reverse()) {
        const row = yield* find(place, parent);
        if (row && !row.isDirectory)
          throw conflict("A file stands where a directory is needed: its path is the beginning of this one", "not_a_directory");
        if (row) break;
        missing.unshift(parent);
      }
      return missing;
    },

    *makeDirectories({ sessionId }: ChangePlace, paths: readonly string[], since: number): Script<void> {
      const now = clock.now();
      const made = { isDirectory: true, isReadonly: false, sizeBytes: 0, hash: null, createdAt: now, updatedAt: now };
      for (const path of paths) yield* files.keep({ sessionId, path, since, id: newId(), ...made });
    },

    /** Counts what a change adds and makes old, and refuses it where that is too much. */
    *account(place: ChangePlace, change: FileUsage): Script<void> {
      const before = yield* files.usage(place.sessionId);
      if (change.entries > 0 && before.entries + change.entries > limits.maxEntries)
        throw conflict(`The session may have at most ${limits.maxEntries} files and directories: delete some first`, "too_many_files");
      if (change.presentBytes > 0 && before.presentBytes + change.presentBytes > limits.maxBytes)
        throw conflict(`The session's files may have at most ${limits.maxBytes} bytes together: delete some first`, "files_full");
      yield* files.count(place.sessionId, change);
      yield* forget(place, before.pastBytes + change.pastBytes - limits.maxPastBytes);
    },
  };
};

export const exists = (which: string) => conflict(`There is a file or directory at ${which} already`, "file_exists");

export function refuseRoot(path: string): void {
  if (path === ROOT) throw invalid("path must name a file: this is the topmost directory");
}

export function refuseReadonly({ isReadonly }: Pick<FileRow, "isReadonly">): void {
  if (isReadonly) throw conflict("The file is read-only", "file_readonly");
}

/** Throws where anything in a tree is read-only. */
export function refuseReadonlyTree(row: FileRow, { hasReadonly }: { hasReadonly: boolean }): void {
  refuseReadonly(row);
  if (hasReadonly) throw conflict("There is a read-only file in this directory", "file_readonly");
}

/** The sequence by which the first of these have ended that have so many bytes together, or all of them. */
function endOfFirst(oldest: readonly FileRow[], wantedBytes: number): number {
  let bytes = 0;
  for (const { sizeBytes, until } of oldest) {
    bytes += sizeBytes;
    if (bytes >= wantedBytes) return until!;
  }
  return oldest.at(-1)!.until!;
}
