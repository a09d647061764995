import { ToolFailure } from "@/agent-loop/tool";
import type { Database } from "@/database/database";
import { ROOT } from "@/domain/file";
import type { ReadFiles } from "@/files/read-files";

/** More than this is not handed to a program at once. */
const MAX_COPIED_BYTES = 128 * 1024 * 1024;

/** So many files are read in one go: whoever else asks meanwhile is answered in between. */
const AT_ONCE = 50;

/** All files of a session as they are now, by their paths. Throws `ToolFailure` when they are too much, and the signal's reason. */
export async function copyFiles(
  { db, readFiles }: { db: Database; readFiles: ReadFiles },
  sessionId: string,
  signal: AbortSignal,
): Promise<Map<string, Uint8Array>> {
  const copied = new Map<string, Uint8Array>();
  let bytes = 0;
  for (let offset = 0; ; offset += AT_ONCE) {
    signal.throwIfAborted();
    const page = { offset, limit: AT_ONCE };
    const found = await db.read(function* () {
      const { items } = yield* readFiles.list(sessionId, ROOT, true, "now", page);
      const contents: [string, Uint8Array][] = [];
      for (const row of items) if (!row.isDirectory) contents.push([row.path, (yield* readFiles.contentOf(row)).bytes]);
      return { count: items.length, contents };
    });
    for (const [path, content] of found.contents) {
      bytes += content.byteLength;
      copied.set(path, content);
    }
    if (bytes > MAX_COPIED_BYTES)
      throw new ToolFailure(
        `The session's files have more than ${MAX_COPIED_BYTES / 1024 / 1024} MiB: delete some before a program is run.`,
      );
    if (found.count < AT_ONCE) return copied;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
