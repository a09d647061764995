import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, sql as raw } from "drizzle-orm";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { ApiKey, CreateApiKey, NewApiKey } from "@/domain/api-key";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp, toTimestampOrNull } from "@/platform/clock";
import { newId } from "@/platform/ids";
import type { Rights } from "./rights";
import type { UserRow } from "./user-store";

const DAY_MS = 24 * 3_600_000;

export type ApiKeyRow = Tables["apiKeys"]["$inferSelect"];

export type ApiKeyStore = ReturnType<typeof createApiKeyStore>;

/** Keys of users. A key is shown once; kept is its SHA-256 alone, which is enough for 256 random bits. */
export const createApiKeyStore = ({ tables: { apiKeys, users } }: Pick<Database, "tables">, clock: Clock, rights: Rights) => {
  const usable = (found: { key: ApiKeyRow; user: UserRow } | undefined) =>
    found && (found.key.expiresAt === null || found.key.expiresAt > clock.now()) ? found : undefined;
  const byHash = prepare<{ hash: string }, { key: ApiKeyRow; user: UserRow }>((sql) =>
    sql
      .select({ key: apiKeys, user: users })
      .from(apiKeys)
      .innerJoin(users, eq(users.id, apiKeys.userId))
      .where(eq(apiKeys.keyHash, raw.placeholder("hash")))
      .prepare(),
  );
  const byId = prepare<{ id: string }, { key: ApiKeyRow; user: UserRow }>((sql) =>
    sql
      .select({ key: apiKeys, user: users })
      .from(apiKeys)
      .innerJoin(users, eq(users.id, apiKeys.userId))
      .where(eq(apiKeys.id, raw.placeholder("id")))
      .prepare(),
  );

  return {
    *create(tx: Tx, userId: string, { name, scopes, expires_in_days }: CreateApiKey): Script<NewApiKey> {
      const key = `evr_${randomBytes(32).toString("hex")}`;
      const now = clock.now();
      const [row] = yield* run(
        tx.sql
          .insert(apiKeys)
          .values({
            id: newId(),
            userId,
            name,
            keyHash: hashOf(key),
            keyPrefix: `${key.slice(0, 12)}...`,
            scopes,
            expiresAt: expires_in_days == null ? null : now + expires_in_days * DAY_MS,
            lastUsedAt: null,
            createdAt: now,
          })
          .returning(),
      );
      return { ...toApiKey(row!), key };
    },

    *list({ sql }: Pick<Tx, "sql">, userId: string): Script<ApiKey[]> {
      const rows = yield* run(
        sql.select().from(apiKeys).where(eq(apiKeys.userId, userId)).orderBy(desc(apiKeys.createdAt), desc(apiKeys.id)),
      );
      return rows.map(toApiKey);
    },

    *remove(tx: Tx, userId: string, id: string): Script<void> {
      const removed = yield* run(
        tx.sql
          .delete(apiKeys)
          .where(and(eq(apiKeys.id, id), eq(apiKeys.userId, userId)))
          .returning({ id: apiKeys.id }),
      );
      if (removed.length === 0) throw notFound("API key");
      tx.afterCommit(() => rights.changed(userId));
    },

    /** On the path of every request with a key. Undefined for one that is unknown or over. */
    *findUsable(key: string): Script<{ key: ApiKeyRow; user: UserRow } | undefined> {
      const [found] = yield* byHash({ hash: hashOf(key) });
      return usable(found);
    },

    *findUsableById(id: string): Script<{ key: ApiKeyRow; user: UserRow } | undefined> {
      const [found] = yield* byId({ id });
      return usable(found);
    },

    *touch(tx: Tx, id: string): Script<void> {
      yield* run(tx.sql.update(apiKeys).set({ lastUsedAt: clock.now() }).where(eq(apiKeys.id, id)).returning({ id: apiKeys.id }));
    },
  };
};

const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  key_prefix: row.keyPrefix,
  scopes: row.scopes,
  expires_at: toTimestampOrNull(row.expiresAt),
  last_used_at: toTimestampOrNull(row.lastUsedAt),
  created_at: toTimestamp(row.createdAt),
});
