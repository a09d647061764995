import { and, asc, count, eq, isNotNull, ne, sql as raw } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { SealedColumn } from "@/database/reseal";
import type { Tables } from "@/database/schema";
import type { CreateLlmProvider, LlmProvider, UpdateLlmProvider } from "@/domain/llm-provider";
import type { Page, PageQuery } from "@/http/lists";
import type { LlmConnection } from "@/llm/llm";
import { conflict, notFound } from "@/platform/app-error";
import { type Clock, toTimestamp } from "@/platform/clock";
import { newId } from "@/platform/ids";
import { type SecretBox, SecretUnreadable } from "@/platform/secrets";
import { checkBaseUrl } from "./base-url";

export type ProviderRow = Tables["llmProviders"]["$inferSelect"];

/** Keys from the environment, which never enter the database. */
export type EnvironmentKeys = { openaiKey?: string | undefined; anthropicKey?: string | undefined };

export type LlmProviderStore = ReturnType<typeof createLlmProviderStore>;

/**
 * Providers. A key goes in and never comes out: it is kept sealed and bound to its row, and only `connectionOf` opens it.
 * The default moves here as it is told; `settleDefaults` then sees to it that the default model follows.
 */
export const createLlmProviderStore = (
  { tables: { llmProviders } }: Pick<Database, "tables">,
  clock: Clock,
  secrets: SecretBox,
  environment: EnvironmentKeys,
) => {
  /** An environment's key is meant for its maker's own address, and goes to no other. A key in the database wins. */
  const environmentKeyOf = ({ providerType, baseUrl }: ProviderRow): string | null => {
    if (baseUrl !== null) return null;
    if (providerType === "openai") return environment.openaiKey || null;
    return providerType === "anthropic" ? environment.anthropicKey || null : null;
  };

  const toProvider = (row: ProviderRow): LlmProvider => ({
    id: row.id,
    name: row.name,
    provider_type: row.providerType,
    base_url: row.baseUrl,
    api_key_set: row.apiKey !== null || environmentKeyOf(row) !== null,
    is_default: row.isDefault,
    status: row.status,
    settings: row.settings,
    created_at: toTimestamp(row.createdAt),
    updated_at: toTimestamp(row.updatedAt),
  });

  /** `provider/model` names a provider, so that no two may share a name. */
  function* refuseTakenName({ sql }: Tx, name: string, ownId: string): Script<void> {
    const isOther = and(eq(raw`lower(${llmProviders.name})`, raw`lower(${name})`), ne(llmProviders.id, ownId));
    const [other] = yield* run(sql.select({ id: llmProviders.id }).from(llmProviders).where(isOther));
    if (other) throw conflict("A provider with this name exists already");
  }

  return {
    *create(tx: Tx, input: CreateLlmProvider): Script<LlmProvider> {
      const id = newId();
      const now = clock.now();
      checkBaseUrl(input.provider_type, input.base_url ?? null);
      yield* refuseTakenName(tx, input.name, id);
      yield* run(
        tx.sql
          .insert(llmProviders)
          .values({
            id,
            name: input.name,
            providerType: input.provider_type,
            baseUrl: input.base_url ?? null,
            apiKey: input.api_key == null ? null : secrets.seal(input.api_key, keyContext(id)),
            isDefault: false,
            status: input.status,
            settings: input.settings,
            createdAt: now,
            updatedAt: now,
          })
          .returning({ id: llmProviders.id }),
      );
      if (input.is_default) yield* this.makeDefault(tx, id);
      return yield* this.get(tx, id);
    },

    /** In the order of their creation. */
    *list(from: Pick<Tx, "sql">, { offset, limit }: PageQuery): Script<Page<LlmProvider>> {
      const { sql } = from;
      const rows = yield* run(
        sql.select().from(llmProviders).orderBy(asc(llmProviders.createdAt), asc(llmProviders.id)).limit(limit).offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(llmProviders));
      return { items: rows.map(toProvider), total: counted!.total };
    },

    *get(from: Pick<Tx, "sql">, id: string): Script<LlmProvider> {
      return toProvider(yield* this.getRow(from, id));
    },

    *getRow({ sql }: Pick<Tx, "sql">, id: string): Script<ProviderRow> {
      const [row] = yield* run(sql.select().from(llmProviders).where(eq(llmProviders.id, id)));
      if (!row) throw notFound("Provider");
      return row;
    },

    /** Every provider, in the order of creation: there are few. */
    *allRows({ sql }: Pick<Tx, "sql">): Script<ProviderRow[]> {
      return yield* run(sql.select().from(llmProviders).orderBy(asc(llmProviders.createdAt), asc(llmProviders.id)));
    },

    *update(tx: Tx, id: string, input: UpdateLlmProvider): Script<LlmProvider> {
      const before = yield* this.getRow(tx, id);
      const baseUrl = input.base_url === undefined ? before.baseUrl : input.base_url;
      const providerType = input.provider_type ?? before.providerType;
      checkBaseUrl(providerType, baseUrl);
      if (input.name !== undefined) yield* refuseTakenName(tx, input.name, id);

      // A key that was given to one address must not be sent to another: whoever may change the address would learn the key.
      const isMoved = baseUrl !== before.baseUrl || (baseUrl === null && providerType !== before.providerType);
      const key = input.api_key === undefined && isMoved ? null : input.api_key;
      yield* run(
        tx.sql
          .update(llmProviders)
          .set({
            name: input.name,
            providerType,
            baseUrl,
            apiKey: key ? secrets.seal(key, keyContext(id)) : key,
            status: input.status,
            settings: input.settings,
            updatedAt: clock.now(),
          })
          .where(eq(llmProviders.id, id))
          .returning({ id: llmProviders.id }),
      );
      if (input.is_default) yield* this.makeDefault(tx, id);
      if (input.is_default === false && before.isDefault) yield* this.makeDefault(tx, null);
      return yield* this.get(tx, id);
    },

    /** Its models go with it; an agent or a session that used one falls back to the next choice. */
    *remove(tx: Tx, id: string): Script<void> {
      const [row] = yield* run(tx.sql.delete(llmProviders).where(eq(llmProviders.id, id)).returning({ id: llmProviders.id }));
      if (!row) throw notFound("Provider");
    },

    /** Moves the default; null leaves none. */
    *makeDefault(tx: Tx, id: string | null): Script<void> {
      if (id !== null && (yield* this.getRow(tx, id)).status !== "active") throw conflict("A disabled provider can't be the default");
      yield* run(
        tx.sql.update(llmProviders).set({ isDefault: false }).where(eq(llmProviders.isDefault, true)).returning({ id: llmProviders.id }),
      );
      if (id === null) return;
      yield* run(tx.sql.update(llmProviders).set({ isDefault: true }).where(eq(llmProviders.id, id)).returning({ id: llmProviders.id }));
    },

    /** What a driver is made from, the key open. Throws a conflict when the key can't be opened. */
    connectionOf(row: ProviderRow): LlmConnection {
      const { providerType: type, baseUrl, settings } = row;
      try {
        const apiKey = row.apiKey === null ? environmentKeyOf(row) : secrets.open(row.apiKey, keyContext(row.id)).reveal();
        return { type, baseUrl, apiKey, settings };
      } catch (error) {
        if (!(error instanceof SecretUnreadable)) throw error;
        throw conflict(
          `The key of the provider "${row.name}" can't be opened with this server's encryption key: enter it again`,
          "key_unreadable",
        );
      }
    },
  };
};

const keyContext = (id: string): string => `llm_providers/${id}/api_key`;

/** The keys of all providers. */
export const sealedProviderKeys = ({ llmProviders }: Pick<Tables, "llmProviders">): SealedColumn =>
  function* (tx) {
    const rows = yield* run(tx.sql.select().from(llmProviders).where(isNotNull(llmProviders.apiKey)));
    return rows.map(({ id, apiKey }) => ({
      sealed: apiKey!,
      context: keyContext(id),
      *replace(sealed) {
        yield* run(tx.sql.update(llmProviders).set({ apiKey: sealed }).where(eq(llmProviders.id, id)).returning({ id: llmProviders.id }));
      },
    }));
  };
