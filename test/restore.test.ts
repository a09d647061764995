import { Database as Sqlite } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyFolder, run, serve } from "./support/executable";

const agentsIn = (database: string): string[] => {
  using sqlite = new Sqlite(database, { readonly: true });
  return sqlite
    .query<{ name: string }, []>("SELECT name FROM agents ORDER BY name")
    .all()
    .map(({ name }) => name);
};

/** A data folder that a killed server left: what it acknowledged last stands in the write-ahead log alone. */
async function killedWith(folder: string, agent: string): Promise<string> {
  await using server = await serve(folder);
  await server.createAgent({ name: agent });
  await server.end("SIGKILL");
  return join(folder, "data/everruns.db");
}

test("a database that was moved away without its log does not come back through it, and what it held is kept", async () => {
  using folder = emptyFolder();
  const database = await killedWith(folder.path, "before");
  expect((await run(folder.path, ["backup", "copy.db"])).exitCode).toBe(0);
  await killedWith(folder.path, "after");
  rmSync(database);

  expect(await run(folder.path, ["restore", "copy.db"])).toMatchObject({ exitCode: 0 });
  await using server = await serve(folder.path);
  const { items } = (await server.get<{ items: { name: string }[] }>("/v1/agents")).body;
  expect(items.map(({ name }) => name)).not.toContain("after");
  expect(items.map(({ name }) => name)).toContain("before");
  expect(readdirSync(join(folder.path, "data")).filter((name) => /\.replaced-.*-wal$/.test(name))).toHaveLength(1);
}, 30_000);

test("a database that has a log of its own is restored with what is in it", async () => {
  using folder = emptyFolder();
  const database = await killedWith(folder.path, "in the log");
  expect(await run(folder.path, ["restore", database, "--data-dir", "other"])).toMatchObject({ exitCode: 0 });
  expect(agentsIn(join(folder.path, "other/everruns.db"))).toContain("in the log");
  expect(existsSync(join(folder.path, "other/everruns.db.incoming"))).toBe(false);
}, 30_000);

test("a backup of an earlier version is restored, and the next start brings it up to date", async () => {
  using folder = emptyFolder();
  mkdirSync(join(folder.path, "data"));
  {
    using old = new Sqlite(join(folder.path, "old.db"), { create: true });
    old.run(readFileSync(join(import.meta.dir, "database/fixtures/0.1.0.sql"), "utf8"));
  }
  const env = { SECRETS_ENCRYPTION_KEY: `fixture:${Buffer.alloc(32, 7).toString("base64")}` };
  expect(await run(folder.path, ["restore", "old.db"])).toMatchObject({ exitCode: 0 });
  await using server = await serve(folder.path, { env });
  expect((await server.get<{ total: number }>("/v1/sessions")).body.total).toBeGreaterThan(0);
}, 30_000);

test("what cannot be read at all is not restored, in words", async () => {
  using folder = emptyFolder();
  const database = await killedWith(folder.path, "x");
  expect((await run(folder.path, ["backup", "copy.db"])).exitCode).toBe(0);
  const bytes = readFileSync(join(folder.path, "copy.db"));
  writeFileSync(join(folder.path, "copy.db"), bytes.fill(0xff, 100, 4096));
  const before = readFileSync(database);
  const { exitCode, stderr } = await run(folder.path, ["restore", "copy.db"]);
  expect({ exitCode, lines: stderr.trim().split("\n").length }).toEqual({ exitCode: 78, lines: 1 });
  expect(stderr).toContain("can't be restored");
  expect(readFileSync(database).equals(before)).toBe(true);
}, 30_000);
