import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { readStream } from "../support/client";
import { copySessions } from "../support/many-rows";
import { testApp } from "../support/test-app";

const DAY_MS = 24 * 3_600_000;
const settableClock = (start = Date.parse("2026-01-01T00:00:00Z")) => {
  let now = start;
  const passDays = (days: number): void => {
    now += days * DAY_MS;
  };
  return { now: () => now, passDays };
};
const script = (...steps: unknown[]) => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;
const open = (dataDir: string) => new Database(join(dataDir, "everruns.db"));

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await Bun.sleep(5);
}

test("sessions that nobody touched are removed with all they hold; what is busy, waiting, queued or newer stays", async () => {
  const clock = settableClock();
  await using app = await testApp({ clock, env: { RETAIN_SESSIONS_DAYS: "30" }, housekeepingEveryMs: 5 });
  const agent = await app.createAgent();
  const create = () => app.createSession(agent.id);
  const [old, alsoOld, touched, renamed, running, queued, waiting] = await Promise.all(Array.from({ length: 7 }, create));
  for (const session of [old!, alsoOld!, touched!]) await app.ask(session, "hello");
  await app.say(running!, script({ text: "so far", hang: true }));
  await app.follow(running!, ({ type }) => type === "message.delta");
  await app.say(queued!, script({ hang: true }));
  await app.say(queued!, "behind it");
  using database = open(app.dataDir);
  database.run("UPDATE sessions SET status = 'waiting' WHERE id = ?", [waiting!.id]);

  clock.passDays(29);
  await app.ask(touched!, "still here");
  await app.call("PATCH", renamed!.path, { title: "Kept" });
  const watching = Array.fromAsync(readStream(await fetch(`${app.url}${old!.path}/events`)));
  clock.passDays(2);
  const young = await create();

  // Whoever follows a session that goes away is told by the end of the stream.
  expect((await watching).map(({ type }) => type)).toContain("turn.completed");
  await until(async () => (await app.get(alsoOld!.path)).status === 404);
  expect((await app.get(`${old!.path}/messages`)).status).toBe(404);
  for (const session of [touched!, renamed!, running!, queued!, waiting!, young]) expect((await app.get(session.path)).status).toBe(200);
  const rows = database.query<{ session_id: string }, []>("SELECT session_id FROM events UNION SELECT session_id FROM turns").all();
  expect(rows.map(({ session_id }) => session_id).sort()).toEqual([touched!.id, running!.id, queued!.id, renamed!.id].sort());
  for (const session of [running!, queued!]) await app.call("POST", `${session.path}/cancel`);
});

test("the room that they took is given back, however many they are, and requests are answered meanwhile", async () => {
  const clock = settableClock();
  await using app = await testApp({ clock, env: { RETAIN_SESSIONS_DAYS: "1" }, housekeepingEveryMs: 5 });
  const session = await app.createSession((await app.createAgent()).id);
  await app.ask(session, "hello");
  {
    using database = open(app.dataDir);
    database.run("PRAGMA busy_timeout = 5000");
    copySessions(database, 1500, 5, 1000);
  }
  const sizeMb = () => statSync(join(app.dataDir, "everruns.db")).size / 1e6;
  await app.call("PATCH", session.path, { title: "one checkpoint" });
  clock.passDays(0.5);
  await app.ask(session, "still here");
  clock.passDays(0.6);

  await until(async () => (await app.get<{ total: number }>("/v1/sessions?limit=1")).body.total === 1);
  await until(() => sizeMb() < 1);
  using database = open(app.dataDir);
  expect(database.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  expect(database.query("SELECT count(*) AS events FROM events WHERE session_id LIKE 'copy-%'").get()).toEqual({ events: 0 });
  expect((await app.get(session.path)).status).toBe(200);
});

test("nothing is removed unless it is asked for; keys, logins and links go once they have expired", async () => {
  const clock = settableClock();
  await using app = await testApp({ clock, env: { RETAIN_AUDIT_DAYS: "10" }, housekeepingEveryMs: 5 });
  const agent = await app.createAgent();
  const session = await app.createSession(agent.id);
  using database = open(app.dataDir);
  const user = database.query<{ id: string }, []>("SELECT id FROM users").get()!.id;
  const at = (days: number) => clock.now() + days * DAY_MS;
  const keep = (id: string, expiresAt: number) => {
    database.run("INSERT INTO logins VALUES (?, ?, 1, 0, 0, ?, NULL)", [id, user, expiresAt]);
    database.run("INSERT INTO one_time_links VALUES (?, 'password_reset', ?, 0, ?)", [id, user, expiresAt]);
  };
  keep("expired", at(100));
  keep("valid", at(1000));
  for (const days of [0, 495])
    database.run("INSERT INTO audit_events VALUES (?, ?, 'a', NULL, NULL, NULL, '{}')", [`day ${days}`, at(days)]);
  const named = async (key: string) => app.post("/v1/agents", { name: key, system_prompt: "s" }, { "idempotency-key": key });
  await named("old");

  clock.passDays(500);
  await named("new");
  const ids = (table: string, column = "id") =>
    database
      .query<{ id: string }, []>(`SELECT ${column} AS id FROM ${table}`)
      .all()
      .map(({ id }) => id);
  await until(() => ids("logins").length === 1 && ids("one_time_links", "token_hash").length === 1 && ids("audit_events").length === 1);
  await until(() => ids("idempotency_keys", "key").length === 1);
  expect(ids("logins")).toEqual(["valid"]);
  expect(ids("one_time_links", "token_hash")).toEqual(["valid"]);
  expect(ids("audit_events")).toEqual(["day 495"]);
  expect(ids("idempotency_keys", "key")).toEqual(["new"]);
  expect((await app.get(session.path)).status).toBe(200);
});
