import type { Database as Sqlite } from "bun:sqlite";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { type Database, isPreparedCall, type Script, type Tx } from "./database";
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

/** The most operations that share one commit: bounds how long the event loop is held. */
const BATCH_LIMIT = 256;

/** So few pages are given back at a time that nobody waits for it. */
const TIDY_PAGES = 200;

/**
 * Group commit: operations that are asked for within one tick run as savepoints of one transaction and share one fsync.
 * Their promises resolve, and their effects run, after that fsync. A batch runs without a pause, so a read never sees half of it.
 */
export function createSqliteDatabase(sqlite: Sqlite): Database {
  const sql = drizzle(sqlite);
  const compiled = new Map<unknown, { all(values?: Record<string, unknown>): unknown }>();
  const waiting: Operation[] = [];

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

  function perform(operation: Operation): void {
    sqlite.run("SAVEPOINT operation");
    try {
      const tx: Tx = {
        sql,
        afterCommit: (effect) => void operation.effects.push(effect),
        attempt: (script) => attempt(script, operation.effects),
      };
      operation.outcome = { result: drive(operation.script(tx)) };
      sqlite.run("RELEASE operation");
    } catch (error) {
      operation.outcome = { error };
      operation.effects = [];
      // A full disk can end the whole transaction; then there is no savepoint left, and the batch fails as one.
      if (!sqlite.inTransaction) throw error;
      sqlite.run("ROLLBACK TO operation");
      sqlite.run("RELEASE operation");
    }
  }

  function flush(): void {
    const batch = waiting.splice(0, BATCH_LIMIT);
    // Closing has done the work already, and there is no database any more.
    if (batch.length === 0) return;
    if (waiting.length > 0) setImmediate(flush);
    const isRelaxed = !batch.some(({ isDurable }) => isDurable);
    try {
      if (isRelaxed) sqlite.run("PRAGMA synchronous = NORMAL");
      sqlite.run("BEGIN IMMEDIATE");
      for (const operation of batch) perform(operation);
      sqlite.run("COMMIT");
    } catch (error) {
      if (sqlite.inTransaction) sqlite.run("ROLLBACK");
      for (const operation of batch) operation.reject(error);
      return;
    } finally {
      if (isRelaxed) sqlite.run("PRAGMA synchronous = FULL");
    }
    for (const { effects } of batch) for (const effect of effects) effect();
    for (const { outcome, resolve, reject } of batch) "error" in outcome ? reject(outcome.error) : resolve(outcome.result);
  }

  const enqueue = <T>(script: (tx: Tx) => Script<T>, isDurable: boolean): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const outcome = { result: undefined };
      const operation = { script, resolve: resolve as (result: unknown) => void, reject, outcome, effects: [], isDurable };
      if (waiting.push(operation) === 1) setImmediate(flush);
    });

  return {
    sql,
    tables: schema(sqliteKit),
    transact: (script) => enqueue(script, true),
    transactRelaxed: (script) => enqueue(script, false),
    read: async (script) => drive(script()),
    tidy: () => sqlite.run(`PRAGMA incremental_vacuum(${TIDY_PAGES})`),
    close: () => {
      while (waiting.length > 0) flush();
      sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
      sqlite.close();
    },
  };
}
