import { Database as Sqlite } from "bun:sqlite";
import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, run, type Script, type Tx } from "@/database/database";
import { openDatabase } from "@/database/open-database";
import { createSqliteDatabase } from "@/database/sqlite";

let folder: string;
let sqlite: Sqlite;
let db: Database;
let told: boolean[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "everruns-commit-"));
  openDatabase(join(folder, "everruns.db"), 0).close();
  sqlite = new Sqlite(join(folder, "everruns.db"), { readwrite: true, strict: true });
  told = [];
  db = createSqliteDatabase(sqlite, (isFull) => void told.push(isFull));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

function* add(tx: Tx, id: string, name = id): Script<string> {
  yield* run(tx.sql.insert(db.tables.users).values({ id, email: `${id}@example.org`, name, roles: [], createdAt: 0 }));
  return id;
}

const names = () =>
  sqlite
    .query<{ id: string }, []>("SELECT id FROM users WHERE id <> 'system' ORDER BY id")
    .all()
    .map(({ id }) => id);

const outcomes = (results: PromiseSettledResult<unknown>[]) => results.map(({ status }) => status);

test("of those who share a commit one that throws takes back its own part, and nothing of it is told", async () => {
  const effects: string[] = [];
  const before = names();
  const results = await Promise.allSettled([
    db.transact(function* (tx) {
      tx.afterCommit(() => void effects.push("a"));
      return yield* add(tx, "a");
    }),
    db.transact(function* (tx) {
      tx.afterCommit(() => void effects.push("b"));
      yield* add(tx, "b");
      throw new Error("thought better of it");
    }),
    db.transact((tx) => add(tx, "a")),
    db.transact((tx) => add(tx, "c")),
  ]);
  expect(outcomes(results)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(names().filter((id) => !before.includes(id))).toEqual(["a", "c"]);
  expect(effects).toEqual(["a"]);
});

test("when one of those who share a commit finds no room, all are refused, nothing is kept, and the next ones are kept once there is room", async () => {
  const before = names();
  const { page_count } = sqlite.query<{ page_count: number }, []>("PRAGMA page_count").get()!;
  sqlite.run(`PRAGMA max_page_count = ${page_count + 2}`);
  const results = await Promise.allSettled([
    db.transact((tx) => add(tx, "a")),
    db.transact((tx) => add(tx, "b", "x".repeat(1_000_000))),
    db.transact((tx) => add(tx, "c")),
  ]);
  expect(outcomes(results)).toEqual(["rejected", "rejected", "rejected"]);
  expect(names()).toEqual(before);
  expect(told).toEqual([true]);
  sqlite.run("PRAGMA max_page_count = 100000");
  await db.transact((tx) => add(tx, "a"));
  expect(names()).toContain("a");
});

test("what one wants done after the commit may fail: the others are told all the same", async () => {
  const failures: unknown[] = [];
  const throwLater = spyOn(globalThis, "setImmediate");
  const effects: string[] = [];
  const both = [
    db.transact(function* (tx) {
      tx.afterCommit(() => {
        throw new Error("a bug");
      });
      return yield* add(tx, "a");
    }),
    db.transact(function* (tx) {
      tx.afterCommit(() => void effects.push("b"));
      return yield* add(tx, "b");
    }),
  ];
  throwLater.mockImplementation(((raise: () => void) => {
    try {
      raise();
    } catch (error) {
      failures.push(error);
    }
  }) as unknown as typeof setImmediate);
  const results = await Promise.allSettled(both);
  throwLater.mockRestore();
  expect(outcomes(results)).toEqual(["fulfilled", "fulfilled"]);
  expect(effects).toEqual(["b"]);
  expect(failures).toEqual([new Error("a bug")]);
});
