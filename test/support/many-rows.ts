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
