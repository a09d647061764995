import type { Script } from "@/database/database";
import { MAX_FILE_BYTES, parentOf, ROOT } from "@/domain/file";
import { AppError, conflict } from "@/platform/app-error";
import { newId } from "@/platform/ids";
import { createCarryFiles } from "./carry-files";
import { type ChangeParts, type ChangePlace, createChanging, exists, refuseReadonly, refuseReadonlyTree, refuseRoot } from "./change-place";
import type { FileContent } from "./file-content";
import type { FileRow } from "./file-store";

export type ChangeFiles = ReturnType<typeof createChangeFiles>;

export type Written = { path: string; content: FileContent; isReadonly?: boolean | undefined; isNewOnly?: boolean };

/**
 * Changes a session's files. Each change is one event in the session's log, and the versions that it makes and ends carry that event's
 * sequence: so the files of any moment of the log are known. Throws `AppError`s; what was written before one is the caller's to take back.
 */
export const createChangeFiles = (parts: ChangeParts) => {
  const { files, contents, clock } = parts;
  const changing = createChanging(parts);

  return {
    get: changing.get,

    /** Large content that a file will hold in a moment, so that the transaction in which it does is short. Whoever then does without it lets it go. */
    keepAhead: (content: FileContent): Script<void> => contents.keep(content),
    letGo: (hashes: readonly string[]): Script<void> => contents.free(hashes),

    ...createCarryFiles(parts, changing),

    /** Makes a file, or gives one that is there other content. What is the same already stays as it is, and is not told. */
    *write(place: ChangePlace, { path, content, isReadonly, isNewOnly }: Written): Script<{ row: FileRow; isNew: boolean }> {
      refuseRoot(path);
      const sizeBytes = content.bytes.byteLength;
      if (sizeBytes > MAX_FILE_BYTES) throw new AppError("too_large", `A file may have at most ${MAX_FILE_BYTES} bytes`);
      const before = yield* changing.find(place, path);
      if (before && isNewOnly) throw exists("this path");
      if (before?.isDirectory) throw conflict("This is a directory", "is_a_directory");
      const will = isReadonly ?? before?.isReadonly ?? false;
      if (before?.hash === content.hash && before.isReadonly === will) return { row: before, isNew: false };
      if (before && isReadonly !== false) refuseReadonly(before);

      const { sessionId } = place;
      const missing = yield* changing.missingParents(place, path);
      const pastBytes = before?.sizeBytes ?? 0;
      yield* changing.account(place, { entries: missing.length + (before ? 0 : 1), presentBytes: sizeBytes - pastBytes, pastBytes });
      const about = { is_directory: false, is_readonly: will, size_bytes: sizeBytes };
      const since = yield* changing.tell(place, { path, change: "written", from_path: null, ...about });
      yield* changing.makeDirectories(place, missing, since);
      if (before) yield* files.end(sessionId, path, since);
      yield* contents.keep(content);
      const now = clock.now();
      const { id, createdAt } = before ?? { id: newId(), createdAt: now };
      const row = {
        sessionId,
        path,
        since,
        id,
        isDirectory: false,
        isReadonly: will,
        sizeBytes,
        hash: content.hash,
        createdAt,
        updatedAt: now,
      };
      yield* files.keep(row);
      return { row: { ...row, until: null, parent: parentOf(path) }, isNew: !before };
    },

    *makeDirectory(place: ChangePlace, path: string): Script<FileRow> {
      refuseRoot(path);
      if (yield* changing.find(place, path)) throw exists("this path");
      const made = [...(yield* changing.missingParents(place, path)), path];
      yield* changing.account(place, { entries: made.length, presentBytes: 0, pastBytes: 0 });
      const about = { is_directory: true, is_readonly: false, size_bytes: 0 };
      const since = yield* changing.tell(place, { path, change: "written", from_path: null, ...about });
      yield* changing.makeDirectories(place, made, since);
      return yield* changing.get(place, path);
    },

    /** Says whether a file may be changed and deleted. */
    *protect(place: ChangePlace, path: string, isReadonly: boolean): Script<FileRow> {
      const before = yield* changing.get(place, path);
      if (before.isDirectory) throw conflict("This is a directory: only files can be read-only", "is_a_directory");
      if (before.isReadonly === isReadonly) return before;
      yield* changing.account(place, { entries: 0, presentBytes: 0, pastBytes: before.sizeBytes });
      const about = { is_directory: false, is_readonly: isReadonly, size_bytes: before.sizeBytes };
      const since = yield* changing.tell(place, { path, change: "written", from_path: null, ...about });
      yield* files.end(place.sessionId, path, since);
      yield* files.keep({ ...before, since, isReadonly });
      return yield* changing.get(place, path);
    },

    /** A directory goes with all that is in it when `isRecursive`, and only when it is empty otherwise. Returns how many were deleted. */
    *remove(place: ChangePlace, path: string, { isRecursive, isForced }: { isRecursive: boolean; isForced: boolean }): Script<number> {
      if (path === ROOT) throw conflict("The topmost directory can't be deleted", "is_root");
      const row = yield* changing.get(place, path);
      const tree = yield* files.tree(place.sessionId, path);
      if (!isForced) refuseReadonlyTree(row, tree);
      if (tree.entries > 1 && !isRecursive) throw conflict("The directory is not empty: delete it with recursive", "directory_not_empty");
      yield* changing.account(place, { entries: -tree.entries, presentBytes: -tree.bytes, pastBytes: tree.bytes });
      const about = { is_directory: row.isDirectory, is_readonly: row.isReadonly, size_bytes: tree.bytes };
      const sequence = yield* changing.tell(place, { path, change: "deleted", from_path: null, ...about });
      yield* files.endTree(place.sessionId, path, sequence);
      return tree.entries;
    },
  };
};
