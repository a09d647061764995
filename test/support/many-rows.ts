import type { Database as Sqlite } from "bun:sqlite";

/** So many sessions like the first one of the database, named `copy-1` and so on, each with so many events of so many bytes. */
export function copySessions(sqlite: Sqlite, sessions: number, events: number, eventBytes: number): void {
  const changed: Record<string, string> = {
    id: "'copy-' || n",
    title: "'Copy ' || n",
    status: "'pending'",
    next_sequence: String(events + 1),
    created_at: "created_at - n",
    updated_at: "updated_at - n",
  };
  const columns = sqlite.query<{ name: string }, []>("PRAGMA table_info(sessions)").all();
  sqlite.run(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${sessions})
     INSERT INTO sessions SELECT ${columns.map(({ name }) => changed[name] ?? name).join(", ")}
     FROM (SELECT * FROM sessions LIMIT 1), numbers`,
  );
  addEvents(sqlite, "id LIKE 'copy-%'", events, eventBytes);
}

/** What was used on a day so many days ago, by the first user there is. */
type UsedOnDay = {
  daysAgo: number;
  agentId: string;
  model: string;
  tokens: number;
  costUsd: number | null;
  turns: number;
  failures: number;
};

export function addUsage(sqlite: Sqlite, used: readonly UsedOnDay[]): void {
  const { id: userId } = sqlite.query<{ id: string }, []>("SELECT id FROM users").get()!;
  for (const { daysAgo, agentId, model, tokens, costUsd, turns, failures } of used) {
    const row = {
      day: new Date(Date.now() - daysAgo * 24 * 3_600_000).toISOString().slice(0, 10),
      agent_id: agentId,
      user_id: userId,
      model,
      input_tokens: Math.round(tokens * 0.9),
      output_tokens: Math.round(tokens * 0.1),
      cache_read_tokens: Math.round(tokens * 0.6),
      cache_write_tokens: 0,
      reasoning_tokens: 0,
      cost_usd: costUsd,
      model_calls: 2 * turns,
      turns,
      failures,
    };
    const names = Object.keys(row);
    sqlite.query(`INSERT OR REPLACE INTO usage_by_day (${names}) VALUES (${names.map(() => "?")})`).run(...Object.values(row));
  }
}

/** In place of a session's events so many others. */
export function replaceEvents(sqlite: Sqlite, sessionId: string, events: number, eventBytes: number): void {
  sqlite.run("DELETE FROM events WHERE session_id = ?", [sessionId]);
  sqlite.run("UPDATE sessions SET next_sequence = ? WHERE id = ?", [events + 1, sessionId]);
  addEvents(sqlite, `id = '${sessionId}'`, events, eventBytes);
}

function addEvents(sqlite: Sqlite, which: string, events: number, eventBytes: number): void {
  sqlite.run(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${events})
     INSERT INTO events (session_id, sequence, id, turn_id, type, data, created_at)
     SELECT id, n, id || '-' || n, NULL, 'session.updated', printf('{"title":"%.*c"}', ${eventBytes}, 'x'), created_at
     FROM sessions, numbers WHERE ${which}`,
  );
}
