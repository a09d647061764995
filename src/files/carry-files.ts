import type { Script } from "@/database/database";
import { MAX_PATH_BYTES, MAX_PATH_DEPTH, ROOT } from "@/domain/file";
import { conflict, invalid } from "@/platform/app-error";
import { type ChangeParts, type ChangePlace, type Changing, exists, refuseReadonlyTree } from "./change-place";
import type { FileRow, FileTree } from "./file-store";

type Load = { row: FileRow; tree: FileTree; missing: string[] };

/** Moves and copies files, and directories with all that is in them. Nothing is overwritten by it. */
export const createCarryFiles = ({ files, clock }: Pick<ChangeParts, "files" | "clock">, changing: Changing) => {
  /** What is to be carried from one path to another. Throws where that can't be done. */
  function* load(place: ChangePlace, from: string, to: string): Script<Load> {
    if (from === ROOT || to === ROOT) throw conflict("The topmost directory stays where it is", "is_root");
    const row = yield* changing.get(place, from);
    if (to === from || to.startsWith(`${from}/`)) throw invalid("dst_path must not be src_path, nor lie in it");
    if (yield* changing.find(place, to)) throw exists("dst_path");
    const missing = yield* changing.missingParents(place, to);
    const tree = yield* files.tree(place.sessionId, from);
    const isTooLong = tree.longest + Buffer.byteLength(to) - Buffer.byteLength(from) > MAX_PATH_BYTES;
    if (isTooLong || tree.deepest + depthOf(to) - depthOf(from) > MAX_PATH_DEPTH)
      throw invalid("dst_path must be shorter: what is in the directory would have too long a path there");
    return { row, tree, missing };
  }

  return {
    *move(place: ChangePlace, from: string, to: string): Script<FileRow> {
      const { row, tree, missing } = yield* load(place, from, to);
      refuseReadonlyTree(row, tree);
      yield* changing.account(place, { entries: missing.length, presentBytes: 0, pastBytes: tree.bytes });
      const about = { is_directory: row.isDirectory, is_readonly: row.isReadonly, size_bytes: tree.bytes };
      const since = yield* changing.tell(place, { path: to, change: "moved", from_path: from, ...about });
      yield* changing.makeDirectories(place, missing, since);
      yield* files.endTree(place.sessionId, from, since);
      yield* files.keepTree(place.tx, place.sessionId, { from, to, since, isCopy: false, now: clock.now() });
      return yield* changing.get(place, to);
    },

    /** The copy can be written to, also where the original can't. */
    *copy(place: ChangePlace, from: string, to: string): Script<FileRow> {
      const { row, tree, missing } = yield* load(place, from, to);
      yield* changing.account(place, { entries: missing.length + tree.entries, presentBytes: tree.bytes, pastBytes: 0 });
      const about = { is_directory: row.isDirectory, is_readonly: false, size_bytes: tree.bytes };
      const since = yield* changing.tell(place, { path: to, change: "copied", from_path: from, ...about });
      yield* files.keepTree(place.tx, place.sessionId, { from, to, since, isCopy: true, now: clock.now() });
      yield* changing.makeDirectories(place, missing, since);
      return yield* changing.get(place, to);
    },
  };
};

const depthOf = (path: string): number => path.split("/").length - 1;
