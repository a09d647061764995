import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/**
 * The column kinds that the schema may use, all of which PostgreSQL has too: text, 53-bit integers, doubles, booleans, JSON kept as text, bytes.
 * Times are integers: milliseconds since 1970. A second database gets a second kit and the same schema.
 */
export const sqliteKit = {
  table: sqliteTable,
  text: (name: string) => text(name),
  int: (name: string) => integer(name),
  real: (name: string) => real(name),
  bool: (name: string) => integer(name, { mode: "boolean" }),
  json: <T>(name: string) => text(name, { mode: "json" }).$type<T>(),
  bytes: (name: string) => blob(name, { mode: "buffer" }),
  index,
  uniqueIndex,
  primaryKey,
};

export type Kit = typeof sqliteKit;
