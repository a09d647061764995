import { Database as Sqlite } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyFolder, run, serve } from "../support/executable";

const NEWEST = "everruns-2026-02-02T00-00-00Z.db";

let site: ReturnType<typeof emptyFolder>;
/** A data folder as a server left it that was killed: part of what it holds stands in its write-ahead log alone. */
let killed: string;

beforeAll(async () => {
  site = emptyFolder();
  killed = join(site.path, "data");
  await using server = await serve(site.path);
  await server.createAgent({ name: "acknowledged" });
  await server.end("SIGKILL");
  expect(readFileSync(join(killed, "everruns.db-wal")).length).toBeGreaterThan(0);
});
afterAll(() => site[Symbol.dispose]());

type Folder = { path: string; data: string; database: string };

const copies: ReturnType<typeof emptyFolder>[] = [];
afterAll(() => {
  for (const copy of copies) copy[Symbol.dispose]();
});

function copyOfKilled(): Folder {
  const copy = emptyFolder();
  copies.push(copy);
  const data = join(copy.path, "data");
  cpSync(killed, data, { recursive: true });
  mkdirSync(join(data, "backups"));
  for (const [index, name] of ["everruns-2026-01-01T00-00-00Z.db", NEWEST].entries()) {
    writeFileSync(join(data, "backups", name), "");
    utimesSync(join(data, "backups", name), 1e9 + index, 1e9 + index);
  }
  return { path: copy.path, data, database: join(data, "everruns.db") };
}

/** What is kept, byte for byte; the shared memory beside it and an empty log hold nothing. */
const bytesOf = ({ data }: Folder) =>
  readdirSync(data)
    .filter((name) => /^everruns\.db/.test(name) && !name.endsWith("-shm"))
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(data, name)) }))
    .filter(({ name, bytes }) => name === "everruns.db" || bytes.length > 0)
    .map(({ name, bytes }) => `${name} ${Bun.hash(bytes)}`);

function change(database: string, sql: string): void {
  using sqlite = new Sqlite(database);
  sqlite.run(sql);
}

const truncated = ({ database }: Folder) => {
  change(database, "PRAGMA wal_checkpoint(TRUNCATE)");
  writeFileSync(database, readFileSync(database).subarray(0, 40_960));
};

const ODD: [what: string, words: RegExp, make: (folder: Folder) => void][] = [
  ["empty", /everruns\.db is empty/, ({ database }) => writeFileSync(database, "")],
  ["no database", /everruns\.db is not a database/, ({ database }) => writeFileSync(database, "a text file\n".repeat(1000))],
  ["cut short in its first page", /everruns\.db is not a database/, ({ database }) => writeFileSync(database, "SQLite format 3\0")],
  ["cut short", /everruns\.db is damaged/, truncated],
  [
    "damaged in its schema",
    /everruns\.db is damaged/,
    (folder) => {
      change(folder.database, "PRAGMA wal_checkpoint(TRUNCATE)");
      const bytes = readFileSync(folder.database);
      writeFileSync(folder.database, bytes.fill(0xff, 100, 4096));
    },
  ],
  ["another program's", /everruns\.db belongs to another program/, ({ database }) => change(database, "PRAGMA application_id = 7; VACUUM")],
  [
    "a newer version's, which was killed",
    /everruns\.db was written by a newer version/,
    (folder) => {
      // In the log alone, as a newer server leaves it that is killed.
      const wal = `${folder.database}-wal`;
      const sqlite = new Sqlite(folder.database);
      sqlite.run("INSERT INTO migrations VALUES ('9999_future', 'f', 0)");
      const [file, log] = [readFileSync(folder.database), readFileSync(wal)];
      sqlite.close();
      writeFileSync(folder.database, file);
      writeFileSync(wal, log);
    },
  ],
  ["gone, its log left behind", /everruns\.db is missing.*everruns\.db-wal/, ({ database }) => rmSync(database)],
];

test.each(ODD)(
  "a database that is %s: the server does not start, names it and the newest backup, and changes nothing",
  async (_, words, make) => {
    const folder = copyOfKilled();
    make(folder);
    const before = bytesOf(folder);
    const { exitCode, stdout, stderr } = await run(folder.path, ["serve"], { PORT: "0" });
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
    expect(stderr).toMatch(words);
    expect(stderr).toContain(join("data/backups", NEWEST));
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(bytesOf(folder)).toEqual(before);
  },
);

test("without a backup it says so", async () => {
  const folder = copyOfKilled();
  rmSync(join(folder.data, "backups"), { recursive: true });
  writeFileSync(folder.database, "");
  const { stderr } = await run(folder.path, ["serve"], { PORT: "0" });
  expect(stderr).toContain("There is no backup in");
});
