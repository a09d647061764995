import { Database as Sqlite } from "bun:sqlite";
import { isDamage } from "./damage";

/**
 * What is wrong with a database file, in words; null when nothing is: the pages are whole, no row points at nothing, and every session's
 * log counts from 1 to its end without a hole. Knows the schemas of all released versions. Reads the whole file; `path` is opened read-only.
 */
export function findDamage(path: string): string | null {
  const sqlite = new Sqlite(path, { readonly: true });
  try {
    return damageIn(sqlite);
  } catch (error) {
    if (isDamage(error)) return "its pages are damaged";
    throw error;
  } finally {
    sqlite.close();
  }
}

function damageIn(sqlite: Sqlite): string | null {
  const [first] = sqlite.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").all();
  if (first?.integrity_check !== "ok") return `its pages are damaged (${first?.integrity_check ?? "no answer"})`;
  if (sqlite.query("PRAGMA foreign_key_check").all().length > 0) return "rows point at others that are missing";
  const columns = new Set(
    sqlite
      .query<{ name: string }, []>("SELECT name FROM pragma_table_info('sessions')")
      .all()
      .map(({ name }) => name),
  );
  if (columns.size === 0) return null;
  const holes = sqlite
    .query(
      `SELECT sessions.id FROM sessions LEFT JOIN events ON events.session_id = sessions.id ${columns.has("hidden") ? "WHERE sessions.hidden IS NULL" : ""}
       GROUP BY sessions.id
       HAVING count(events.sequence) <> sessions.next_sequence - 1 OR coalesce(max(events.sequence), 0) <> sessions.next_sequence - 1 LIMIT 1`,
    )
    .all();
  return holes.length > 0 ? "a session's log has a hole" : null;
}
