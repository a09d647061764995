import type { Database as Sqlite } from "bun:sqlite";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { GoingAway } from "@/platform/app-error";
import { type Database, isPreparedCall, type Script, type Tx } from "./database";
import { isDiskFull } from "./disk-full";
import { sqliteKit } from "./kit";
import { schema } from "./schema";

type Operation = {
  script: (tx: Tx) => Script<unknown>;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
  outcome: { result: unknown } | { error: unknown };
  effects: (() => void)[];
  isDurable: boolean;
};

/** How many operations share one commit, and how long they may take together: bounds how long the event loop is held. */
const BATCH_LIMIT = 256;
const BATCH_MS = 15;

/** So few pages are given back at a time that nobody waits for it. */
const TIDY_PAGES = 200;

/** A disk with a little room takes one write and refuses the next: it counts as full until no write was refused for so long. Milliseconds. */
const QUIET_MS = 5000;

/** Told once when the disk is found full, and once when there has been room for a while. */
export type OnDiskFull = (isFull: boolean) => void;

/**
 * Group commit: operations that are asked for within one tick run as savepoints of one transaction and share one fsync.
 * Their promises resolve, and their effects run, after that fsync. A batch runs without a pause, so a read never sees half of it.
 */
export function createSqliteDatabase(sqlite: Sqlite, onDiskFull: OnDiskFull): Database {
  const sql = drizzle(sqlite);
  const compiled = new Map<unknown, { all(values?: Record<string, unknown>): unknown }>();
  const waiting: Operation[] = [];
  /** When a write was refused last, and how much was ever written by then; null while there is room. */
  let full: { at: number; written: number } | null = null;
  let isClosed = false;

  function drive<T>(script: Script<T>): T {
    let step = script.next();
    while (!step.done) {
      const query = step.value;
      if (!isPreparedCall(query)) {
        step = script.next((query as unknown as { all(): unknown }).all());
        continue;
      }
      const statement = compiled.get(query.build) ?? query.build(sql);
      compiled.set(query.build, statement);
      step = script.next(statement.all(query.values));
    }
    return step.value;
  }

  // biome-ignore lint/correctness/useYield: driven on the spot, because what fails inside is caught here
  function* attempt<T>(script: () => Script<T>, effects: Operation["effects"]): Script<T> {
    const before = effects.length;
    sqlite.run("SAVEPOINT attempt");
    try {
      const result = drive(script());
      sqlite.run("RELEASE attempt");
      return result;
    } catch (error) {
      effects.length = before;
      if (sqlite.inTransaction) sqlite.run("ROLLBACK TO attempt");
      if (sqlite.inTransaction) sqlite.run("RELEASE attempt");
      throw error;
    }
  }

  /** An operation that is alone in its transaction needs no savepoint: with it, the transaction is taken back. */
  function perform(operation: Operation, isAlone: boolean): void {
    if (!isAlone) sqlite.run("SAVEPOINT operation");
    try {
      const tx: Tx = {
        sql,
        afterCommit: (effect) => void operation.effects.push(effect),
        attempt: (script) => attempt(script, operation.effects),
      };
      operation.outcome = { result: drive(operation.script(tx)) };
      if (!isAlone) sqlite.run("RELEASE operation");
    } catch (error) {
      operation.outcome = { error };
      operation.effects = [];
      // A full disk can end the whole transaction; then there is no savepoint left, and the batch fails as one.
      if (isAlone || !sqlite.inTransaction) throw error;
      sqlite.run("ROLLBACK TO operation");
      sqlite.run("RELEASE operation");
    }
  }

  /** What there was no time for is the first of the next batch. */
  function putBack(operations: readonly Operation[]): void {
    if (operations.length === 0) return;
    if (waiting.length === 0) setImmediate(flush);
    waiting.unshift(...operations);
  }

  function flush(): void {
    const planned = waiting.splice(0, BATCH_LIMIT);
    // Closing has done the work already, and there is no database any more.
    if (planned.length === 0) return;
    if (waiting.length > 0) setImmediate(flush);
    const isRelaxed = !planned.some(({ isDurable }) => isDurable);
    const until = performance.now() + BATCH_MS;
    const batch: Operation[] = [];
    try {
      if (isRelaxed) sqlite.run("PRAGMA synchronous = NORMAL");
      sqlite.run("BEGIN IMMEDIATE");
      for (const operation of planned) {
        batch.push(operation);
        perform(operation, planned.length === 1);
        if (performance.now() > until) break;
      }
      sqlite.run("COMMIT");
    } catch (error) {
      if (sqlite.inTransaction) sqlite.run("ROLLBACK");
      noticeFull(error);
      for (const operation of planned) operation.reject(error);
      return;
    } finally {
      if (isRelaxed) sqlite.run("PRAGMA synchronous = FULL");
    }
    putBack(planned.slice(batch.length));
    if (full !== null) noticeRoom(full);
    for (const { effects } of batch) for (const effect of effects) perhaps(effect);
    for (const { outcome, resolve, reject } of batch) "error" in outcome ? reject(outcome.error) : resolve(outcome.result);
  }

  /** A bug in one effect ends the process as any bug does, once those who wait for this commit have been answered. */
  function perhaps(effect: () => void): void {
    try {
      effect();
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  }

  function noticeFull(error: unknown): void {
    if (!isDiskFull(error)) return;
    if (full === null) onDiskFull(true);
    full = { at: performance.now(), written: written() };
  }

  /** A commit that had nothing to write shows nothing. */
  function noticeRoom(before: { at: number; written: number }): void {
    if (performance.now() - before.at < QUIET_MS || written() === before.written) return;
    full = null;
    onDiskFull(false);
  }

  /** Whatever stands in the way, a reader or a full disk, the log stays beside the database and the next start reads it. */
  function foldLogIn(): void {
    try {
      sqlite.run("PRAGMA busy_timeout = 0");
      sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }

  const written = (): number => sqlite.query<{ rows: number }, []>("SELECT total_changes() AS rows").get()!.rows;

  const enqueue = <T>(script: (tx: Tx) => Script<T>, isDurable: boolean): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (isClosed) throw new GoingAway();
      const outcome = { result: undefined };
      const operation = { script, resolve: resolve as (result: unknown) => void, reject, outcome, effects: [], isDurable };
      if (waiting.push(operation) === 1) setImmediate(flush);
    });

  return {
    sql,
    tables: schema(sqliteKit),
    transact: (script) => enqueue(script, true),
    transactRelaxed: (script) => enqueue(script, false),
    read: async (script) => {
      if (isClosed) throw new GoingAway();
      return drive(script());
    },
    tidy: () => {
      try {
        // Else the log of a burst would stand until someone writes again.
        sqlite.run("PRAGMA wal_checkpoint(PASSIVE)");
        sqlite.run(`PRAGMA incremental_vacuum(${TIDY_PAGES})`);
        return sqlite.query<{ freelist_count: number }, []>("PRAGMA freelist_count").get()!.freelist_count > 0;
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        return false;
      }
    },
    close: () => {
      while (waiting.length > 0) flush();
      isClosed = true;
      foldLogIn();
      sqlite.close();
    },
  };
}
