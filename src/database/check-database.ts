import { Database as Sqlite } from "bun:sqlite";

/**
 * What is wrong with a database file, in words; null when nothing is: the pages are whole, no row points at nothing, and every session's
 * log counts from 1 to its end without a hole. Reads the whole file; `path` is opened read-only.
 */
export function findDamage(path: string): string | null {
  const sqlite = new Sqlite(path, { readonly: true });
  try {
    const [first] = sqlite.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").all();
    if (first?.integrity_check !== "ok") return `its pages are damaged (${first?.integrity_check ?? "no answer"})`;
    if (sqlite.query("PRAGMA foreign_key_check").all().length > 0) return "rows point at others that are missing";
    const holes = sqlite
      .query(
        `SELECT sessions.id FROM sessions LEFT JOIN events ON events.session_id = sessions.id WHERE sessions.hidden IS NULL GROUP BY sessions.id
         HAVING count(events.sequence) <> sessions.next_sequence - 1 OR coalesce(max(events.sequence), 0) <> sessions.next_sequence - 1 LIMIT 1`,
      )
      .all();
    return holes.length > 0 ? "a session's log has a hole" : null;
  } finally {
    sqlite.close();
  }
}
