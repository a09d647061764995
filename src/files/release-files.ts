import type { Database, Script, Tx } from "@/database/database";
import type { Logger } from "@/platform/logger";
import type { ContentStore, HeldContent } from "./content-store";
import type { FileStore } from "./file-store";

type Parts = { db: Database; files: FileStore; contents: ContentStore; stopped: AbortSignal; logger: Logger };

/** What is let go of in one transaction: more would hold up everyone else. */
const MAX_ITEMS_AT_ONCE = 500;
const MAX_BYTES_AT_ONCE = 8 * 1024 * 1024;

/** Lets go of contents that nothing refers to any more, a few at a time. What a stop leaves undone is done by the next start. */
export const createReleaseFiles = ({ db, files, contents, stopped, logger }: Parts) => {
  async function free(held: readonly HeldContent[]): Promise<void> {
    for (const batch of batchesOf(held)) {
      if (stopped.aborted) return;
      await db.transact(() => contents.free(batch));
    }
  }

  const report = (error: unknown) => logger.error({ err: error }, "contents of files could not be let go; the next start tries again");

  return {
    /** Goes into the transaction in which the session goes. */
    *ofSession(tx: Tx, sessionId: string): Script<void> {
      const held = yield* files.removeAll(tx, sessionId);
      tx.afterCommit(() => void free(held).catch(report));
    },

    /** The same piece by piece, each in a transaction of its own; true while there is more. */
    *someOfSession(tx: Tx, sessionId: string): Script<boolean> {
      const { held, isEnd } = yield* files.removeSome(tx, sessionId, MAX_ITEMS_AT_ONCE);
      tx.afterCommit(() => void free(held).catch(report));
      return !isEnd;
    },

    /** Looks through all contents once: files also go with a session's owner or agent, where nobody asks what they held. Never rejects. */
    async unused(): Promise<void> {
      try {
        for (let last = ""; !stopped.aborted; ) {
          const page = await db.read(() => contents.after(last, MAX_ITEMS_AT_ONCE));
          if (page.length === 0) return;
          await free(page.filter(({ isUsed }) => !isUsed));
          last = page.at(-1)!.hash;
          await new Promise((resolve) => setImmediate(resolve));
        }
      } catch (error) {
        report(error);
      }
    },
  };
};

function* batchesOf(held: readonly HeldContent[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const { hash, sizeBytes } of held) {
    batch.push(hash);
    bytes += sizeBytes;
    if (batch.length < MAX_ITEMS_AT_ONCE && bytes < MAX_BYTES_AT_ONCE) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
