import { Database } from "bun:sqlite";
import { join } from "node:path";

/** Reads the database of a running server beside it, to see what a request has changed. */
export function openStored(dataDir: string) {
  const database = new Database(join(dataDir, "everruns.db"), { readonly: true });
  const tables = database
    .query<{ name: string }, []>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all()
    .map(({ name }) => name);
  // The search index follows the log by itself, a moment later: no request writes it.
  const written = tables.filter((table) => !table.startsWith("search_"));
  return {
    /** The same as long as no row of any table that requests write was added, changed or removed. */
    fingerprint: (): string =>
      Bun.hash(JSON.stringify(written.map((table) => database.query(`select * from "${table}"`).all()))).toString(36),
    /** Everything that is kept, as text. */
    text: (): string => JSON.stringify(tables.map((table) => database.query(`select * from "${table}"`).all())),
    close: () => database.close(),
  };
}
