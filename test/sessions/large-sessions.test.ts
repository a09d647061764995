import { Database as Sqlite } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { findDamage } from "@/database/check-database";
import type { Session } from "@/domain/session";
import { replaceEvents } from "../support/many-rows";
import { testApp } from "../support/test-app";

const EVENTS = 2000;
const FILES = 1200;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A stopped server's database with one session that is too large for one transaction. */
async function largeSession() {
  const app = await testApp();
  folders.push(app.dataDir);
  const agent = await app.createAgent();
  const session = await app.createSession(agent.id, { title: "Large" });
  const other = await app.createSession(agent.id, { title: "Other" });
  await app.stop();
  const file = join(app.dataDir, "everruns.db");
  const edit = (change: (sqlite: Sqlite) => void) => {
    using sqlite = new Sqlite(file);
    sqlite.transaction(() => change(sqlite))();
  };
  edit((sqlite) => {
    replaceEvents(sqlite, session.id, EVENTS, 100);
    sqlite.run("INSERT INTO file_contents (hash, size_bytes, is_text, bytes) VALUES (?, 1, 1, cast('x' AS blob))", ["0".repeat(64)]);
    sqlite.run(
      `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${FILES})
       INSERT INTO files (session_id, path, since, until, id, parent, is_directory, is_readonly, size_bytes, hash, created_at, updated_at)
       SELECT ?, printf('/f%05d', n), 1, NULL, 'f' || n, '/', 0, 0, 1, ?, 1, 1 FROM numbers`,
      [session.id, "0".repeat(64)],
    );
  });
  const count = (what: string): number => {
    using sqlite = new Sqlite(file, { readonly: true });
    return sqlite.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${what}`).get()!.n;
  };
  return { dataDir: app.dataDir, agent, session, other, edit, count, damage: () => findDamage(file) };
}

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await Bun.sleep(5);
};

test("a large session is gone at once when it is deleted, and what it held goes in the background, over a stop too", async () => {
  const { dataDir, session, other, count, damage } = await largeSession();
  const first = await testApp({ dataDir });
  expect((await first.call("DELETE", session.path)).status).toBe(204);
  for (const path of ["", "/messages", "/events/list", "/fs", "/turns"]) expect((await first.get(session.path + path)).status).toBe(404);
  expect((await first.call("DELETE", session.path)).status).toBe(404);
  expect((await first.post(`${session.path}/messages`, { message: { content: "still there?" } })).status).toBe(404);
  const listed = (await first.get<{ items: Session[]; total: number }>("/v1/sessions")).body;
  expect([listed.total, listed.items.map(({ id }) => id)]).toEqual([1, [other.id]]);
  await first.stop();
  expect(damage()).toBeNull();

  await using app = await testApp({ dataDir });
  await until(() => count("sessions") === 1 && count("file_contents") === 0);
  expect([count("events"), count("files"), count("turns")]).toEqual([0, 0, 0]);
  expect((await app.get(other.path)).status).toBe(200);
});

test("deleting a large session stops the turn that runs in it and takes up none that waits", async () => {
  const { dataDir, session, count } = await largeSession();
  await using app = await testApp({ dataDir });
  await app.say(session, '```simulate\n[{"hang": true}]\n```');
  await app.say(session, "I wait");
  await app.follow(session, ({ type }) => type === "model.started", EVENTS);
  expect((await app.call("DELETE", session.path)).status).toBe(204);
  await until(() => count("sessions") === 1);
  expect([count("events"), count("turns")]).toEqual([0, 0]);
});

test("a large session is forked whole, once for a key, and nobody sees the fork before it is", async () => {
  const { dataDir, session, count } = await largeSession();
  await using app = await testApp({ dataDir });
  const key = { "idempotency-key": "one-fork" };
  const forking = Promise.all([1, 2].map(() => app.post<Session>(`${session.path}/fork`, {}, key)));
  let isOver = false;
  void forking.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const { items } = (await app.get<{ items: Session[] }>("/v1/sessions?search=fork")).body;
    for (const { id } of items) {
      const { total } = (await app.get<{ total: number }>(`/v1/sessions/${id}/events/list?limit=1`)).body;
      expect(total).toBe(EVENTS + 2);
    }
  }
  const [one, two] = await forking;
  expect([one!.status, two!.status]).toEqual([201, 201]);
  expect(two!.body.id).toBe(one!.body.id);
  expect(count("sessions")).toBe(3);
  const path = `/v1/sessions/${one!.body.id}`;
  expect((await app.get<{ total: number }>(`${path}/fs`)).body.total).toBe(FILES);
  const { items } = (await app.get<{ items: { sequence: number }[] }>(`${path}/events/list?limit=1000&offset=1002`)).body;
  expect(items.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1003));
});

test("a fork whose session is deleted meanwhile is refused, and leaves nothing", async () => {
  const { dataDir, session, other, count } = await largeSession();
  await using app = await testApp({ dataDir });
  const forking = app.post(`${session.path}/fork`, {});
  await until(() => count("sessions WHERE hidden = 'being_made'") === 1);
  expect((await app.call("DELETE", session.path)).status).toBe(204);
  expect((await forking).status).toBe(404);
  await until(() => count("sessions") === 1);
  expect([count("events"), count("files")]).toEqual([0, 0]);
  expect((await app.get(other.path)).status).toBe(200);
});

test("what a process was making when it ended is never seen, and removed by the next", async () => {
  const { dataDir, session, edit, count, damage } = await largeSession();
  edit((sqlite) => sqlite.run("UPDATE sessions SET hidden = 'being_made', next_sequence = 1 WHERE id = ?", [session.id]));
  expect(damage()).toBeNull();
  await using app = await testApp({ dataDir });
  expect((await app.get(session.path)).status).toBe(404);
  await until(() => count("sessions") === 1);
  expect(count("events")).toBe(0);
});
