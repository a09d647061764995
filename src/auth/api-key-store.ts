import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { ApiKey, CreateApiKey, NewApiKey } from "@/domain/api-key";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp, toTimestampOrNull } from "@/platform/clock";
import { newId } from "@/platform/ids";

const DAY_MS = 24 * 3_600_000;

export type ApiKeyStore = ReturnType<typeof createApiKeyStore>;

/** Keys of users. A key is shown once; kept is its SHA-256 alone, which is enough for 256 random bits. */
export const createApiKeyStore = ({ tables: { apiKeys } }: Pick<Database, "tables">, clock: Clock) => ({
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
          keyHash: createHash("sha256").update(key).digest("hex"),
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
  },
});

const toApiKey = (row: Tables["apiKeys"]["$inferSelect"]): ApiKey => ({
  id: row.id,
  name: row.name,
  key_prefix: row.keyPrefix,
  scopes: row.scopes,
  expires_at: toTimestampOrNull(row.expiresAt),
  last_used_at: toTimestampOrNull(row.lastUsedAt),
  created_at: toTimestamp(row.createdAt),
});
