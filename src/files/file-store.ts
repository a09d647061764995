import { and, asc, count, eq, gt, isNotNull, isNull, lt, lte, or, sql as raw, type SQL } from "drizzle-orm";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import { type FileInfo, nameOf, parentOf, ROOT } from "@/domain/file";
import type { Page, PageQuery } from "@/http/lists";
import { toTimestamp } from "@/platform/clock";

export type FileRow = Tables["files"]["$inferSelect"];

/** What a new version says of itself. */
export type FileVersion = Omit<FileRow, "until" | "parent">;

/** A file, or a directory with all that is in it: the longest path in bytes, the deepest in levels. */
export type FileTree = { entries: number; bytes: number; hasReadonly: boolean; longest: number; deepest: number };

export type FileUsage = { entries: number; presentBytes: number; pastBytes: number };

export type FileStore = ReturnType<typeof createFileStore>;

type HeldContent = { hash: string; sizeBytes: number };

type Sql = Pick<Tx, "sql">;

/** Which version is meant: the present one, or the one after this event of the log. */
export type Moment = { at: number } | "now";

/** The files of sessions, by path and by version. Whoever changes them has looked whether they may; here rows are kept and found. */
export const createFileStore = ({ tables: { files, fileUsage } }: Pick<Database, "tables">) => {
  const slot = raw.placeholder;
  const isPresent = isNull(files.until);
  const present = prepare<{ sessionId: string; path: string }, FileRow>((sql) =>
    sql
      .select()
      .from(files)
      .where(and(eq(files.sessionId, slot("sessionId")), eq(files.path, slot("path")), raw`until is null`))
      .prepare(),
  );
  const insert = prepare<FileRow, { path: string }>((sql) =>
    sql
      .insert(files)
      .values({
        sessionId: slot("sessionId"),
        path: slot("path"),
        since: slot("since"),
        until: slot("until"),
        id: slot("id"),
        parent: slot("parent"),
        isDirectory: slot("isDirectory"),
        isReadonly: slot("isReadonly"),
        sizeBytes: slot("sizeBytes"),
        hash: slot("hash"),
        createdAt: slot("createdAt"),
        updatedAt: slot("updatedAt"),
      })
      .returning({ path: files.path })
      .prepare(),
  );
  const endOne = prepare<{ sessionId: string; path: string; sequence: number }, { path: string }>((sql) =>
    sql
      .update(files)
      .set({ until: raw`${slot("sequence")}` })
      .where(and(eq(files.sessionId, slot("sessionId")), eq(files.path, slot("path")), raw`until is null`))
      .returning({ path: files.path })
      .prepare(),
  );
  const isOfTree = raw`(path = ${slot("path")} or (path > ${slot("path")} || '/' and path < ${slot("path")} || '0'))`;
  const endTree = prepare<{ sessionId: string; path: string; sequence: number }, { path: string }>((sql) =>
    sql
      .update(files)
      .set({ until: raw`${slot("sequence")}` })
      .where(and(eq(files.sessionId, slot("sessionId")), raw`until is null`, isOfTree))
      .returning({ path: raw<string>`null` })
      .prepare(),
  );
  const treeOf = prepare<{ sessionId: string; path: string }, FileTree>((sql) =>
    sql
      .select({
        entries: count(),
        bytes: raw<number>`coalesce(sum(size_bytes), 0)`,
        hasReadonly: raw<number>`coalesce(max(is_readonly), 0)`.mapWith(Boolean),
        longest: raw<number>`coalesce(max(length(cast(path as blob))), 0)`,
        deepest: raw<number>`coalesce(max(length(path) - length(replace(path, '/', ''))), 0)`,
      })
      .from(files)
      .where(and(eq(files.sessionId, slot("sessionId")), raw`until is null`, isOfTree))
      .prepare(),
  );
  const usageOf = prepare<{ sessionId: string }, FileUsage>((sql) =>
    sql
      .select({ entries: fileUsage.entries, presentBytes: fileUsage.presentBytes, pastBytes: fileUsage.pastBytes })
      .from(fileUsage)
      .where(eq(fileUsage.sessionId, slot("sessionId")))
      .prepare(),
  );
  const addToUsage = prepare<{ sessionId: string } & FileUsage, { id: string }>((sql) =>
    sql
      .insert(fileUsage)
      .values({ sessionId: slot("sessionId"), entries: slot("entries"), presentBytes: slot("presentBytes"), pastBytes: slot("pastBytes") })
      .onConflictDoUpdate({
        target: fileUsage.sessionId,
        set: {
          entries: raw`entries + excluded.entries`,
          presentBytes: raw`present_bytes + excluded.present_bytes`,
          pastBytes: raw`past_bytes + excluded.past_bytes`,
        },
      })
      .returning({ id: fileUsage.sessionId })
      .prepare(),
  );

  const isAt = (moment: Moment): SQL | undefined =>
    moment === "now" ? isPresent : and(lte(files.since, moment.at), or(isNull(files.until), gt(files.until, moment.at)));
  /** Everything under a directory; `0` is the character behind the slash. */
  const isBelow = (path: string): SQL | undefined =>
    path === ROOT ? undefined : and(gt(files.path, `${path}/`), lt(files.path, `${path}0`));
  const isIn = (sessionId: string): SQL => eq(files.sessionId, sessionId);

  function* page({ sql }: Sql, wanted: SQL | undefined, { offset, limit }: PageQuery): Script<Page<FileRow>> {
    const items = yield* run(sql.select().from(files).where(wanted).orderBy(asc(files.path)).limit(limit).offset(offset));
    const [counted] = yield* run(sql.select({ total: count() }).from(files).where(wanted));
    return { items, total: counted!.total };
  }

  return {
    *find({ sql }: Sql, sessionId: string, path: string, moment: Moment = "now"): Script<FileRow | undefined> {
      const [row] =
        moment === "now"
          ? yield* present({ sessionId, path })
          : yield* run(
              sql
                .select()
                .from(files)
                .where(and(isIn(sessionId), eq(files.path, path), isAt(moment))),
            );
      return row;
    },

    /** What a directory has in it, by name; with `isDeep`, also what its directories have. */
    list: (sql: Sql, sessionId: string, path: string, isDeep: boolean, moment: Moment, asked: PageQuery): Script<Page<FileRow>> =>
      page(sql, and(isIn(sessionId), isAt(moment), isDeep ? isBelow(path) : eq(files.parent, path)), asked),

    /** Everything below a directory that is there now. */
    allBelow: ({ sql }: Sql, sessionId: string, path: string): Script<FileRow[]> =>
      run(
        sql
          .select()
          .from(files)
          .where(and(isIn(sessionId), isPresent, isBelow(path)))
          .orderBy(asc(files.path)),
      ),

    *keep(version: FileVersion): Script<void> {
      yield* insert({ ...version, until: null, parent: parentOf(version.path) });
    },

    *end(sessionId: string, path: string, sequence: number): Script<void> {
      yield* endOne({ sessionId, path, sequence });
    },

    *tree(sessionId: string, path: string): Script<FileTree> {
      const [tree] = yield* treeOf({ sessionId, path });
      return tree!;
    },

    /** Ends everything at and below this path, in one statement: ten thousand of them hold up every writer. */
    *endTree(sessionId: string, path: string, sequence: number): Script<void> {
      yield* endTree({ sessionId, path, sequence });
    },

    /** Puts a tree that stood somewhere until this sequence, or stands there still, under another path as well. */
    *keepTree({ sql }: Sql, sessionId: string, { from, to, since, isCopy, now }: CarriedTree): Script<void> {
      const behind = raw`length(${from}) + 1`;
      const id = isCopy ? newIdInSql(now) : raw`id`;
      const was = isCopy ? raw`until is null` : raw`until = ${since}`;
      yield* run(
        sql.insert(files).select(raw`
          select session_id, ${to} || substr(path, ${behind}), ${since}, null, ${id},
            case when path = ${from} then ${parentOf(to)} else ${to} || substr(parent, ${behind}) end,
            is_directory, ${isCopy ? raw`0` : raw`is_readonly`}, size_bytes, hash,
            ${isCopy ? raw`${now}` : raw`created_at`}, ${isCopy ? raw`${now}` : raw`updated_at`}
          from files where session_id = ${sessionId} and ${was} and (path = ${from} or (path > ${`${from}/`} and path < ${`${from}0`}))`),
      );
    },

    *usage(sessionId: string): Script<FileUsage> {
      const [usage] = yield* usageOf({ sessionId });
      return usage ?? { entries: 0, presentBytes: 0, pastBytes: 0 };
    },

    *count(sessionId: string, change: FileUsage): Script<void> {
      yield* addToUsage({ sessionId, ...change });
    },

    /** Old versions with their content, the oldest first. */
    oldest: ({ sql }: Sql, sessionId: string, limit: number): Script<FileRow[]> =>
      run(
        sql
          .select()
          .from(files)
          .where(and(isIn(sessionId), isNotNull(files.until), isNotNull(files.hash)))
          .orderBy(asc(files.until))
          .limit(limit),
      ),

    /** Versions that ended by this sequence stay, so that it is known that something was there; what they held is let go. */
    *forgetUntil({ sql }: Sql, sessionId: string, sequence: number): Script<{ bytes: number; hashes: string[] }> {
      const old = and(isIn(sessionId), lte(files.until, sequence), isNotNull(files.hash));
      const rows = yield* run(sql.select({ hash: files.hash, sizeBytes: files.sizeBytes }).from(files).where(old));
      yield* run(sql.update(files).set({ hash: null }).where(old));
      const hashes = new Set(rows.flatMap(({ hash }) => hash ?? []));
      return { bytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), hashes: [...hashes] };
    },

    /** Whether a version of this moment has been let go of. */
    *isForgottenAt({ sql }: Sql, sessionId: string, at: number): Script<boolean> {
      const wanted = and(isIn(sessionId), isAt({ at }), isNull(files.hash), eq(files.isDirectory, false));
      const rows = yield* run(sql.select({ path: files.path }).from(files).where(wanted).limit(1));
      return rows.length > 0;
    },

    /** Drops every version, and returns what they held. */
    *removeAll({ sql }: Sql, sessionId: string): Script<HeldContent[]> {
      const rows = yield* run(sql.delete(files).where(isIn(sessionId)).returning({ hash: files.hash, sizeBytes: files.sizeBytes }));
      return heldBy(rows);
    },

    /** Drops some versions, and returns what they held. */
    *removeSome({ sql }: Sql, sessionId: string, limit: number): Script<{ held: HeldContent[]; isEnd: boolean }> {
      const some = raw`rowid in (select rowid from files where session_id = ${sessionId} limit ${limit})`;
      const rows = yield* run(sql.delete(files).where(some).returning({ hash: files.hash, sizeBytes: files.sizeBytes }));
      return { held: heldBy(rows), isEnd: rows.length < limit };
    },

    /**
     * The next files of another session behind a path, in all their versions up to this event of its log. Returns the path to go on behind;
     * null at the end.
     */
    *copySome({ sql }: Sql, { from, to, at, after, limit }: CopiedFiles): Script<string | null> {
      const behind = and(isIn(from), gt(files.path, after));
      const [last] = yield* run(
        sql
          .select({ path: files.path })
          .from(files)
          .where(behind)
          .orderBy(asc(files.path))
          .limit(1)
          .offset(limit - 1),
      );
      const upTo = last ? raw`and path <= ${last.path}` : raw``;
      yield* run(
        sql.insert(files).select(raw`
          select ${to}, path, since, case when until <= ${at} then until end, id, parent, is_directory, is_readonly, size_bytes, hash,
            created_at, updated_at
          from files where session_id = ${from} and since <= ${at} and path > ${after} ${upTo}`),
      );
      return last?.path ?? null;
    },

    /** Counts what was copied into a session. */
    *countCopied({ sql }: Sql, to: string): Script<void> {
      yield* run(
        sql.insert(fileUsage).select(raw`
          select ${to}, coalesce(sum(until is null), 0), coalesce(sum(case when until is null then size_bytes end), 0),
            coalesce(sum(case when until is not null and hash is not null then size_bytes end), 0)
          from files where session_id = ${to}`),
      );
    },
  };
};

export type CopiedFiles = { from: string; to: string; at: number; after: string; limit: number };

export type CarriedTree = { from: string; to: string; since: number; isCopy: boolean; now: number };

/** Each content once. */
function heldBy(rows: readonly { hash: string | null; sizeBytes: number }[]): HeldContent[] {
  const held = new Map(rows.flatMap(({ hash, sizeBytes }) => (hash === null ? [] : [[hash, sizeBytes] as const])));
  return [...held].map(([hash, sizeBytes]) => ({ hash, sizeBytes }));
}

/** UUIDs of version 7, made where the rows are. Source: RFC 9562, section 5.7 */
function newIdInSql(now: number): SQL {
  const time = now.toString(16).padStart(12, "0");
  const random = (digits: number) => raw`substr(lower(hex(randomblob(8))), 1, ${raw.raw(String(digits))})`;
  return raw`${`${time.slice(0, 8)}-${time.slice(8)}-7`} || ${random(3)} || '-' || substr('89ab', 1 + (random() & 3), 1) || ${random(3)} || '-' || ${random(12)}`;
}

export const toFileInfo = (row: FileRow): FileInfo => ({
  id: row.id,
  session_id: row.sessionId,
  path: row.path,
  name: nameOf(row.path),
  is_directory: row.isDirectory,
  is_readonly: row.isReadonly,
  size_bytes: row.sizeBytes,
  created_at: toTimestamp(row.createdAt),
  updated_at: toTimestamp(row.updatedAt),
});
