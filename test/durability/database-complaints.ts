import type { Database as Sqlite } from "bun:sqlite";

/** What is wrong with a database at any moment: the file is sound, no session has holes in its numbers, and what its log tells of files is so. */
export function complaintsAboutDatabase(database: Sqlite): string[] {
  const [check] = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
  const holes = database
    .query<{ id: string }, []>(
      `SELECT id FROM sessions LEFT JOIN (SELECT session_id, max(sequence) AS last, count(*) AS number FROM events GROUP BY 1) ON session_id = id
       WHERE next_sequence - 1 <> coalesce(last, 0) OR coalesce(last, 0) <> coalesce(number, 0)`,
    )
    .all();
  const untrue = database
    .query<{ session_id: string; sequence: number }, []>(
      `SELECT session_id, sequence FROM events WHERE type = 'file.changed' AND data ->> 'change' = 'written' AND NOT EXISTS
         (SELECT 1 FROM files WHERE files.session_id = events.session_id AND path = data ->> 'path' AND since = sequence)`,
    )
    .all();
  return [
    ...(check?.integrity_check === "ok" ? [] : [`the database is damaged: ${check?.integrity_check}`]),
    ...holes.map(({ id }) => `session ${id} has holes in its numbers`),
    ...untrue.map(({ session_id, sequence }) => `session ${session_id} has not written the file that its log tells of at ${sequence}`),
  ];
}

/** What is wrong with one whose every turn has ended. */
export function complaintsAboutDrained(database: Sqlite): string[] {
  const open = database.query<{ id: string }, []>("SELECT id FROM turns WHERE finished_at IS NULL").all();
  const busy = database.query<{ id: string }, []>("SELECT id FROM sessions WHERE status IN ('running', 'waiting')").all();
  return [
    ...complaintsAboutDatabase(database),
    ...open.map(({ id }) => `turn ${id} is open after all was drained`),
    ...busy.map(({ id }) => `session ${id} is busy after all was drained`),
  ];
}
