import { Database as Sqlite } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@/database/database";
import { MIGRATIONS, type Migration } from "@/database/migrate";
import { openDatabase } from "@/database/open-database";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "everruns-upgrade-"));
  path = join(folder, "everruns.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const next = (name: string, ...statements: string[]): Migration[] => [...MIGRATIONS, { name, hash: name, statements }];
const NOW = Date.parse("2026-01-01T00:00:00Z");

async function makeWithOneUser(): Promise<void> {
  const db = openDatabase(path, NOW);
  const { users } = db.tables;
  await db.transact(function* (tx) {
    yield* run(tx.sql.insert(users).values({ id: "u", email: "u@example.org", name: "U", roles: [], createdAt: NOW }));
  });
  db.close();
}

function tables(file: string): string[] {
  const sqlite = new Sqlite(file, { readonly: true });
  const rows = sqlite.query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  sqlite.close();
  return rows.map(({ name }) => name);
}

test("an upgrade that fails half way leaves the database as it was, with a snapshot beside it", async () => {
  await makeWithOneUser();
  const before = tables(path);
  const poisoned = next("9999_poison", "CREATE TABLE half_done (id TEXT)", "INSERT INTO no_such_table VALUES (1)");

  expect(() => openDatabase(path, NOW, { migrations: poisoned })).toThrow();
  expect(tables(path)).toEqual(before);
  const [copy] = readdirSync(join(folder, "backups"));
  expect(tables(join(folder, "backups", copy!))).toEqual(before);
  openDatabase(path, NOW).close();
});

test("an upgrade that would leave rows pointing at nothing is not made", async () => {
  await makeWithOneUser();
  const orphan = next(
    "9999_orphan",
    `INSERT INTO agents (id, owner_id, name, system_prompt, capabilities, tags, visibility, status, created_at, updated_at)
     VALUES ('a', 'nobody', 'n', '', '[]', '[]', 'private', 'active', 0, 0)`,
  );
  expect(() => openDatabase(path, NOW, { migrations: orphan })).toThrow("foreign keys");
  openDatabase(path, NOW).close();
});

test("a database of a newer version is refused and not changed by a byte", async () => {
  openDatabase(path, NOW, { migrations: next("9999_future", "CREATE TABLE of_the_future (id TEXT)") }).close();
  const bytes = readFileSync(path);
  expect(() => openDatabase(path, NOW)).toThrow("newer version");
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test.each<[what: string, bytes: Buffer, words: string]>([
  ["empty", Buffer.alloc(0), "is empty"],
  ["not a database", Buffer.from("hello, I am a text file".repeat(50)), "not a database"],
  ["cut short", Buffer.from("SQLite format 3\0"), "not a database"],
])("a file that is %s is refused and not changed", (_, bytes, words) => {
  writeFileSync(path, bytes);
  expect(() => openDatabase(path, NOW)).toThrow(words);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test("another program's database is refused and not changed", () => {
  const other = new Sqlite(path, { create: true });
  other.run("CREATE TABLE theirs (id TEXT)");
  other.close();
  const bytes = readFileSync(path);
  expect(() => openDatabase(path, NOW)).toThrow("another program");
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test("a database whose schema page is damaged is refused", async () => {
  await makeWithOneUser();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 100, 4096);
  writeFileSync(path, bytes);
  expect(() => openDatabase(path, NOW)).toThrow("damaged");
});
