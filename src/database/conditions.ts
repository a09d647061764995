import { and, eq, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { SessionFilter } from "@/domain/session";
import type { Tables } from "./schema";

/** Any of the columns contains the words; `%` and `_` in them mean themselves. */
export function contains(words: string, ...columns: SQLiteColumn[]): SQL | undefined {
  const pattern = `%${words.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return or(...columns.map((column) => sql`lower(${column}) LIKE lower(${pattern}) ESCAPE '\\'`));
}

/** A column of JSON strings holds exactly this one: taking it out would change the text. Said this way, every SQL database understands it. */
export const hasTag = (column: SQLiteColumn, tag: string): SQL => sql`replace(${column}, ${JSON.stringify(tag)}, '') <> ${column}`;

/** A session is among those that are wanted. */
export const isSessionLike = (sessions: Tables["sessions"], { status, agent_id, tag }: SessionFilter): SQL | undefined =>
  and(
    status === undefined ? undefined : eq(sessions.status, status),
    agent_id === undefined ? undefined : eq(sessions.agentId, agent_id),
    tag ? hasTag(sessions.tags, tag) : undefined,
  );
