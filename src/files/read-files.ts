import type { Database, Script } from "@/database/database";
import { ROOT, type SessionFile } from "@/domain/file";
import type { Page, PageQuery } from "@/http/lists";
import { AppError, conflict, notFound } from "@/platform/app-error";
import type { ContentStore, StoredContent } from "./content-store";
import { toText } from "./file-content";
import { type FileRow, type FileStore, type Moment, toFileInfo } from "./file-store";

type Parts = { db: Database; files: FileStore; contents: ContentStore };

export type ReadFiles = ReturnType<typeof createReadFiles>;

/** Answers what a session's files are, now or after any event of its log. Throws `AppError`s. */
export const createReadFiles = ({ db, files, contents }: Parts) => {
  function* get(sessionId: string, path: string, moment: Moment = "now"): Script<FileRow> {
    const row = yield* files.find(db, sessionId, path, moment);
    if (!row) throw notFound("File");
    return row;
  }

  function* contentOf(row: FileRow): Script<StoredContent> {
    if (row.isDirectory) throw conflict("This is a directory", "is_a_directory");
    const content = row.hash === null ? undefined : yield* contents.find(row.hash);
    if (!content) throw forgotten();
    return content;
  }

  return {
    get,
    contentOf,

    /** Whether this is a directory, the topmost one included, which is always there. */
    *isDirectory(sessionId: string, path: string, moment: Moment = "now"): Script<boolean> {
      return path === ROOT || (yield* get(sessionId, path, moment)).isDirectory;
    },

    list: (sessionId: string, path: string, isDeep: boolean, moment: Moment, page: PageQuery): Script<Page<FileRow>> =>
      files.list(db, sessionId, path, isDeep, moment, page),

    *file(row: FileRow): Script<SessionFile> {
      if (row.isDirectory) return { ...toFileInfo(row), content: null, encoding: "text" };
      const { bytes, isText } = yield* contentOf(row);
      const content = isText ? toText(bytes) : Buffer.from(bytes).toString("base64");
      return { ...toFileInfo(row), content, encoding: isText ? "text" : "base64" };
    },
  };
};

const forgotten = () =>
  new AppError("conflict", "What this file held then was let go, to make room for later versions", { code: "version_forgotten" });
