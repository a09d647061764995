import { eq, sql as raw } from "drizzle-orm";
import { type Database, prepare, type Script } from "@/database/database";
import type { FileContent } from "./file-content";

export type ContentStore = ReturnType<typeof createContentStore>;

export type HeldContent = { hash: string; sizeBytes: number };

/** Content of more bytes is looked for before it is written. */
const LARGE_BYTES = 64 * 1024;

export type StoredContent = { bytes: Uint8Array; isText: boolean };

/** What files hold, each content once. */
export const createContentStore = ({ tables: { fileContents } }: Pick<Database, "tables">) => {
  const isUsed = raw<boolean>`exists (select 1 from files where files.hash = file_contents.hash)`;
  const insert = prepare<{ hash: string; sizeBytes: number; isText: boolean; bytes: Uint8Array }, { hash: string }>((sql) =>
    sql
      .insert(fileContents)
      .values({
        hash: raw.placeholder("hash"),
        sizeBytes: raw.placeholder("sizeBytes"),
        isText: raw.placeholder("isText"),
        bytes: raw.placeholder("bytes"),
      })
      .onConflictDoNothing()
      .returning({ hash: fileContents.hash })
      .prepare(),
  );
  const held = prepare<{ hash: string }, { hash: string }>((sql) =>
    sql
      .select({ hash: fileContents.hash })
      .from(fileContents)
      .where(eq(fileContents.hash, raw.placeholder("hash")))
      .prepare(),
  );
  const byHash = prepare<{ hash: string }, StoredContent>((sql) =>
    sql
      .select({ bytes: fileContents.bytes, isText: fileContents.isText })
      .from(fileContents)
      .where(eq(fileContents.hash, raw.placeholder("hash")))
      .prepare(),
  );
  const deleteUnused = prepare<{ hashes: string }, { hash: string }>((sql) =>
    sql
      .delete(fileContents)
      .where(raw`hash in (select value from json_each(${raw.placeholder("hashes")})) and not ${isUsed}`)
      .returning({ hash: fileContents.hash })
      .prepare(),
  );
  const next = prepare<{ after: string; limit: number }, HeldContent & { isUsed: boolean }>((sql) =>
    sql
      .select({ hash: fileContents.hash, sizeBytes: fileContents.sizeBytes, isUsed: isUsed.mapWith(Boolean) })
      .from(fileContents)
      .where(raw`hash > ${raw.placeholder("after")}`)
      .orderBy(fileContents.hash)
      .limit(raw.placeholder("limit"))
      .prepare(),
  );

  return {
    *keep({ hash, bytes, isText }: FileContent): Script<void> {
      // Even one that is not inserted would be copied on its way.
      if (bytes.byteLength > LARGE_BYTES && (yield* held({ hash })).length > 0) return;
      yield* insert({ hash, sizeBytes: bytes.byteLength, isText, bytes });
    },

    *find(hash: string): Script<StoredContent | undefined> {
      const [found] = yield* byHash({ hash });
      return found;
    },

    /** Lets go of those among these that no version of any file refers to any more. */
    *free(hashes: readonly string[]): Script<void> {
      if (hashes.length > 0) yield* deleteUnused({ hashes: JSON.stringify(hashes) });
    },

    /** The next ones in the order of their hashes, for whoever goes through them all. */
    after: (hash: string, limit: number): Script<(HeldContent & { isUsed: boolean })[]> => next({ after: hash, limit }),
  };
};
