import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import type { Tables } from "./schema";

export type Sql = BunSQLiteDatabase;

/** A statement that is compiled once per database and run with `values` for its placeholders. */
type PreparedCall = { build: Build; values: Record<string, unknown> };
type Build = (sql: Sql) => { all(values?: Record<string, unknown>): unknown };

type Query = PromiseLike<unknown> | PreparedCall;

/**
 * What a transaction does, as a generator that hands out one query at a time. SQLite runs it on the spot, so nothing can
 * be awaited inside; a networked database would await each query. Written once, a script serves both.
 */
export type Script<T> = Generator<Query, T, unknown>;

export type Tx = {
  readonly sql: Sql;
  /** Runs once the transaction is durable; never runs if it rolled back. */
  afterCommit(effect: () => void): void;
  /**
   * A part that may fail by itself: what it wrote, and what it wanted done after the commit, is taken back before its error comes out,
   * and the rest of the transaction can go on.
   */
  attempt<T>(script: () => Script<T>): Script<T>;
};

export type Database = {
  readonly sql: Sql;
  readonly tables: Tables;
  /** All or nothing, and durable when the promise resolves. */
  transact<T>(script: (tx: Tx) => Script<T>): Promise<T>;
  /**
   * All or nothing, and safe from a crash of the process, but a power cut may take it back until the next durable commit.
   * Only for what nobody is told of and what can be done again: never for an answer, an event or an effect.
   */
  transactRelaxed<T>(script: (tx: Tx) => Script<T>): Promise<T>;
  /** Reads what is committed. */
  read<T>(script: () => Script<T>): Promise<T>;
  /** Gives a few freed pages back to the file system; true when there are more. Called now and then. */
  tidy(): boolean;
  /** Keeps what was asked for before; whatever is asked for after is refused with `GoingAway`. */
  close(): void;
};

/** One query of a script: `const rows = yield* run(tx.sql.select()…)`. */
export function* run<T>(query: PromiseLike<T>): Script<T> {
  return (yield query) as T;
}

/** A query of the hot path: building it costs more than running it, so it is built once. */
export const prepare =
  <Values extends Record<string, unknown>, Row>(build: (sql: Sql) => { all(values?: Record<string, unknown>): Row[] }) =>
  (values: Values): Script<Row[]> =>
    runPrepared<Row>({ build, values });

function* runPrepared<Row>(call: PreparedCall): Script<Row[]> {
  return (yield call) as Row[];
}

export const isPreparedCall = (query: Query): query is PreparedCall => "build" in query;
