import { eq, isNotNull } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { SealedColumn } from "@/database/reseal";
import type { Tables } from "@/database/schema";
import type { SearchEngine, SetWebSearch, WebSearch } from "@/domain/web-search";
import { conflict } from "@/platform/app-error";
import { type Clock, toTimestamp } from "@/platform/clock";
import { type SecretBox, SecretUnreadable } from "@/platform/secrets";
import { invalidSearch } from "./search-engines";

/** There is one of it. */
const ID = "default";
const KEY_CONTEXT = "web_search/default/api_key";

export type WebSearchStore = ReturnType<typeof createWebSearchStore>;

export type EngineAddress = { engine: SearchEngine; baseUrl: string | null; apiKey: string | null };

/** The key of the engine, where there is one. */
export const sealedSearchKey = ({ webSearch }: Pick<Tables, "webSearch">): SealedColumn =>
  function* (tx) {
    const rows = yield* run(tx.sql.select().from(webSearch).where(isNotNull(webSearch.apiKey)));
    return rows.map(({ id, apiKey }) => ({
      sealed: apiKey!,
      context: KEY_CONTEXT,
      *replace(sealed) {
        yield* run(tx.sql.update(webSearch).set({ apiKey: sealed }).where(eq(webSearch.id, id)).returning({ id: webSearch.id }));
      },
    }));
  };

/** Which engine is asked, and with which key: kept sealed, and opened for a search alone. */
export const createWebSearchStore = ({ tables: { webSearch } }: Pick<Database, "tables">, clock: Clock, secrets: SecretBox) => {
  const toWebSearch = (row: typeof webSearch.$inferSelect): WebSearch => ({
    engine: row.engine,
    base_url: row.baseUrl,
    api_key_set: row.apiKey !== null,
    updated_at: toTimestamp(row.updatedAt),
  });

  function* find({ sql }: Pick<Tx, "sql">) {
    const [row] = yield* run(sql.select().from(webSearch).where(eq(webSearch.id, ID)));
    return row;
  }

  return {
    *get(from: Pick<Tx, "sql">): Script<WebSearch> {
      const row = yield* find(from);
      return row ? toWebSearch(row) : { engine: null, base_url: null, api_key_set: false, updated_at: null };
    },

    *set(tx: Tx, { engine, base_url = null, api_key }: SetWebSearch): Script<WebSearch> {
      const before = yield* find(tx);
      // A key that was given to one address must not be sent to another.
      const isSame = before?.engine === engine && before.baseUrl === base_url;
      const kept = isSame && api_key === undefined ? before.apiKey : null;
      const apiKey = api_key == null ? kept : secrets.seal(api_key, KEY_CONTEXT);
      const wrong = invalidSearch({ engine, baseUrl: base_url, hasKey: apiKey !== null });
      if (wrong) throw wrong;
      const values = { engine, baseUrl: base_url, apiKey, updatedAt: clock.now() };
      const [row] = yield* run(
        tx.sql
          .insert(webSearch)
          .values({ id: ID, ...values })
          .onConflictDoUpdate({ target: webSearch.id, set: values })
          .returning(),
      );
      return toWebSearch(row!);
    },

    *remove(tx: Tx): Script<void> {
      yield* run(tx.sql.delete(webSearch).where(eq(webSearch.id, ID)).returning({ id: webSearch.id }));
    },

    /** Null when no engine is set. Throws a conflict when the key can't be opened. */
    *addressOf(from: Pick<Tx, "sql">): Script<EngineAddress | null> {
      const row = yield* find(from);
      if (!row) return null;
      try {
        const apiKey = row.apiKey === null ? null : secrets.open(row.apiKey, KEY_CONTEXT).reveal();
        return { engine: row.engine, baseUrl: row.baseUrl, apiKey };
      } catch (error) {
        if (!(error instanceof SecretUnreadable)) throw error;
        throw conflict("The key of the search engine can't be opened with this server's encryption key: enter it again", "key_unreadable");
      }
    },
  };
};
