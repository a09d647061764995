import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MIGRATIONS } from "@/database/migrate";
import { openDatabase } from "@/database/open-database";
import type { Message } from "@/domain/message";
import { complaintsAboutDrained } from "../durability/database-complaints";
import { endsTurn } from "../support/client";
import { testApp } from "../support/test-app";

const FIXTURES = join(import.meta.dir, "fixtures");
const versions = readdirSync(FIXTURES).map((name) => name.replace(/\.sql$/, ""));

/** The fixtures' providers are sealed with this. */
const KEY = `fixture:${Buffer.alloc(32, 7).toString("base64")}`;

/** A data folder as that version left it when it was killed: sessions that ended in every way, a turn cut short and one queued behind it. */
function folderOf(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), "everruns-released-"));
  using database = new Database(join(folder, "everruns.db"), { create: true });
  database.run("PRAGMA synchronous = OFF");
  database.run(readFileSync(join(FIXTURES, `${version}.sql`), "utf8"));
  return folder;
}

const namesIn = (path: string): string[] => {
  using database = new Database(path, { readonly: true });
  return database
    .query<{ name: string }, []>("SELECT name FROM migrations")
    .all()
    .map(({ name }) => name);
};

/** Shortly after the version was killed: what ran then still has its time. */
function killedAt(folder: string): number {
  using database = new Database(join(folder, "everruns.db"), { readonly: true });
  return database.query<{ at: number }, []>("SELECT max(created_at) AS at FROM events").get()!.at + 1000;
}

test.each(versions)("a database of version %s is upgraded, answers as before, and its open turns go on", async (version) => {
  const folder = folderOf(version);
  const before = namesIn(join(folder, "everruns.db"));
  const now = killedAt(folder);
  await using app = await testApp({ dataDir: folder, env: { SECRETS_ENCRYPTION_KEY: KEY }, clock: { now: () => now } });
  const sessions = (await app.get<{ items: { id: string; agent_id: string; title: string; tags: string[] }[] }>("/v1/sessions")).body.items;
  const named = (title: string) => {
    const { id, agent_id } = sessions.find((session) => session.title === title)!;
    return { path: `/v1/agents/${agent_id}/sessions/${id}` };
  };

  const cut = named("Cut short");
  const [first, second] = (await app.messages(cut)).filter(({ role }) => role === "user") as [Message, Message];
  const events = await app.follow(cut, endsTurn(second.turn_id));
  const ends = events.filter(({ type }) => /^turn\.(completed|failed|cancelled)$/.test(type));
  expect(ends.map(({ type, data }) => [type, data.turn_id])).toEqual([
    ["turn.completed", first.turn_id],
    ["turn.completed", second.turn_id],
  ]);
  expect(events.filter(({ type }) => type === "tool.completed")).toHaveLength(1);

  expect(sessions.map(({ title }) => title).sort()).toEqual(["Cancelled", "Cut short", "Failed", "Finished"]);
  expect((await app.messages(named("Finished"))).map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool_result",
    "assistant",
    "user",
    "assistant",
  ]);
  expect((await app.get<{ total: number }>("/v1/agents")).body.total).toBe(2);
  const providers = (await app.get<{ name: string; api_key_set?: boolean }[]>("/v1/llm-providers")).body;
  expect(providers.map(({ name }) => name)).toContain("OpenAI");
  await app.ask(named("Failed"), "and now?");
  expect((await app.messages(named("Failed"))).at(-1)).toMatchObject({ role: "assistant" });
  await app.stop();

  const copies = readdirSync(join(folder, "backups"));
  expect(copies).toEqual([expect.stringMatching(/^before-upgrade-.*\.db$/)]);
  expect(namesIn(join(folder, "backups", copies[0]!))).toEqual(before);
  using database = new Database(join(folder, "everruns.db"), { readonly: true });
  expect(complaintsAboutDrained(database)).toEqual([]);
  expect(database.query("PRAGMA foreign_key_check").all()).toEqual([]);
  rmSync(folder, { recursive: true });
});

test.each(versions)("once upgraded, version %s refuses it and changes nothing", (version) => {
  const folder = folderOf(version);
  const path = join(folder, "everruns.db");
  const known = namesIn(path).length;
  openDatabase(path, Date.now()).close();
  const bytes = readFileSync(path);
  expect(() => openDatabase(path, Date.now(), { migrations: MIGRATIONS.slice(0, known) })).toThrow("newer version");
  expect(readFileSync(path).equals(bytes)).toBe(true);
  rmSync(folder, { recursive: true });
});

test("every released schema has its fixture", () => {
  const stored = versions.map((version) => {
    const folder = folderOf(version);
    const names = namesIn(join(folder, "everruns.db"));
    rmSync(folder, { recursive: true });
    return names.at(-1);
  });
  // The newest is the one that is being made.
  expect(stored.sort()).toEqual(MIGRATIONS.slice(0, -1).map(({ name }) => name));
});
