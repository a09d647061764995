import { type JsonValue, ToolFailure, type ToolWrite } from "@/agent-loop/tool";
import type { Database, Script } from "@/database/database";
import { FilePath, MAX_FILE_BYTES } from "@/domain/file";
import type { ChangeFiles } from "@/files/change-files";
import { type FileContent, toContent } from "@/files/file-content";
import type { Executed } from "@/sandbox/execution";
import { toolWrite, type WritePlace } from "./tool-write";

/** All that a program leaves is kept in one transaction, and in one go no more than this: everyone waits for it. */
const MAX_FILES = 500;

/** Content of more bytes is written ahead. */
const LARGE_BYTES = 256 * 1024;

type Parts = { db: Database; changeFiles: ChangeFiles };

/** What a program has left of the session's files, as a write that keeps all of it or nothing. Throws `ToolFailure` where it is too much. */
export async function keepWritten(
  { db, changeFiles }: Parts,
  { sessionId, signal }: { sessionId: string; signal: AbortSignal },
  { changed, removed }: Pick<Executed, "changed" | "removed">,
  result: JsonValue,
): Promise<ToolWrite> {
  if (changed.size + removed.length > MAX_FILES)
    throw new ToolFailure(
      `The program changed ${changed.size + removed.length} files, and at most ${MAX_FILES} can be kept at once. None were.`,
    );
  const contents: [string, FileContent][] = [];
  for (const [path, bytes] of changed) {
    if (bytes.byteLength > MAX_FILE_BYTES) throw new ToolFailure(`A file may have at most ${MAX_FILE_BYTES} bytes. None were kept.`);
    contents.push([keptPath(path), toContent(bytes)]);
    if (bytes.byteLength > LARGE_BYTES) await nextRound();
  }
  const large = contents.filter(([, { bytes }]) => bytes.byteLength > LARGE_BYTES).map(([, content]) => content);
  for (const content of large) {
    signal.throwIfAborted();
    await db.transact(() => changeFiles.keepAhead(content));
  }
  return toolWrite((place) => keep(place));

  function* keep({ tx, append }: WritePlace): Script<JsonValue> {
    const place = { tx, sessionId, append };
    try {
      for (const path of removed) yield* changeFiles.remove(place, path, { isRecursive: false, isForced: false });
      for (const [path, content] of contents) yield* changeFiles.write(place, { path, content });
      return result;
    } catch (error) {
      // A start lets go of what this misses.
      setImmediate(() => void db.transact(() => changeFiles.letGo(large.map(({ hash }) => hash))).catch(() => {}));
      throw error;
    }
  }
}

const nextRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A program may name a file in a way that the session cannot keep. */
function keptPath(path: string): string {
  const read = FilePath.safeParse(path);
  if (!read.success) throw new ToolFailure("The program wrote a file whose path cannot be kept: use plain names, at most 32 folders deep.");
  return read.data;
}
