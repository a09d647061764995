import { Database as Sqlite } from "bun:sqlite";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { complaintsAboutDatabase } from "../durability/database-complaints";
import type { Conversation } from "../durability/user";

/** What a cut took that it must not take, in words. Looks at a copy: the server itself has to recover the files. */
export function complaintsAboutWhatIsLeft(folder: string, conversations: readonly Conversation[]): string[] {
  const copy = mkdtempSync(join(folder, "copy-"));
  try {
    for (const name of ["everruns.db", "everruns.db-wal", "everruns.db-journal"])
      if (existsSync(join(folder, "data", name))) copyFileSync(join(folder, "data", name), join(copy, name));
    using database = new Sqlite(join(copy, "everruns.db"));
    return [...complaintsAboutDatabase(database), ...conversations.flatMap((conversation) => complaintsAboutTold(database, conversation))];
  } catch (error) {
    return [`the database cannot be read: ${error instanceof Error ? error.message : error}`];
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** What was acknowledged is there, and so is every event that someone has read. */
function complaintsAboutTold(database: Sqlite, { path, acknowledged, readers }: Conversation): string[] {
  const sessionId = path.split("/").at(-1)!;
  const events = database
    .query<{ id: string; sequence: number; type: string }, [string]>(
      "SELECT id, sequence, type FROM events WHERE session_id = ? ORDER BY sequence",
    )
    .all(sessionId);
  const sequences = new Map(events.map(({ id, sequence }) => [id, sequence]));
  const lost = [...acknowledged].filter(([, { id, sequence }]) => sequences.get(id) !== sequence);
  const unread = readers.flatMap(({ seen }, index) => {
    const missing = seen.find(({ sequence, type }) => events[sequence - 1]?.type !== type);
    return missing ? [`reader ${index + 1} has read ${missing.sequence} ${missing.type}, and the cut took it back`] : [];
  });
  return [...lost.map(([key]) => `${key} was acknowledged and is lost`), ...unread].map((words) => `session ${sessionId}: ${words}`);
}
