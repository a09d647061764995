import { and, asc, count, eq, ne, sql as raw, type SQL } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { CreateLlmModel, LlmModel, LlmModelWithProvider, UpdateLlmModel } from "@/domain/llm-model";
import type { ProviderType } from "@/domain/llm-provider";
import type { Page, PageQuery } from "@/http/lists";
import type { LlmProviderStore } from "@/llm-providers/llm-provider-store";
import { conflict, invalid, notFound } from "@/platform/app-error";
import { type Clock, toTimestamp } from "@/platform/clock";
import { newId } from "@/platform/ids";
import { knownProfile } from "./known-profile";

type ModelRow = Tables["llmModels"]["$inferSelect"];
/** A model's id and its name, `provider/model`. */
export type NamedModel = { id: string; name: string };
type Joined = { model: ModelRow; providerName: string; providerType: ProviderType };

export type LlmModelStore = ReturnType<typeof createLlmModelStore>;

/** Models, each of one provider. The default moves here as it is told; `settleDefaults` then sees to it that there is one. */
export const createLlmModelStore = (
  { tables: { llmModels, llmProviders } }: Pick<Database, "tables">,
  clock: Clock,
  providers: LlmProviderStore,
) => {
  const joined = { model: llmModels, providerName: llmProviders.name, providerType: llmProviders.providerType };

  function* page({ sql }: Pick<Tx, "sql">, wanted: SQL | undefined, { offset, limit }: PageQuery): Script<Page<Joined>> {
    const items = yield* run(
      sql
        .select(joined)
        .from(llmModels)
        .innerJoin(llmProviders, eq(llmModels.providerId, llmProviders.id))
        .where(wanted)
        .orderBy(raw`lower(${llmProviders.name})`, raw`lower(${llmModels.displayName})`, asc(llmModels.createdAt), asc(llmModels.id))
        .limit(limit)
        .offset(offset),
    );
    const [counted] = yield* run(sql.select({ total: count() }).from(llmModels).where(wanted));
    return { items, total: counted!.total };
  }

  function* refuseTaken({ sql }: Tx, providerId: string, modelId: string, ownId: string): Script<void> {
    const isOther = and(eq(llmModels.providerId, providerId), eq(llmModels.modelId, modelId), ne(llmModels.id, ownId));
    const [other] = yield* run(sql.select({ id: llmModels.id }).from(llmModels).where(isOther));
    if (other) throw conflict("This provider has a model with this model_id already");
  }

  return {
    *create(tx: Tx, providerId: string, input: CreateLlmModel): Script<LlmModelWithProvider> {
      yield* providers.getRow(tx, providerId);
      const id = newId();
      const now = clock.now();
      yield* refuseTaken(tx, providerId, input.model_id, id);
      yield* run(
        tx.sql
          .insert(llmModels)
          .values({
            id,
            providerId,
            modelId: input.model_id,
            displayName: input.display_name ?? input.model_id,
            capabilities: input.capabilities,
            contextWindow: input.context_window ?? null,
            isDefault: false,
            status: input.status,
            fallbackModelId: input.fallback_model_id ?? null,
            createdAt: now,
            updatedAt: now,
          })
          .returning({ id: llmModels.id }),
      );
      if (input.is_default) yield* this.makeDefault(tx, id);
      return yield* this.get(tx, id);
    },

    /** By display name. */
    *listOf(from: Pick<Tx, "sql">, providerId: string, query: PageQuery): Script<Page<LlmModel>> {
      yield* providers.getRow(from, providerId);
      const { items, total } = yield* page(from, eq(llmModels.providerId, providerId), query);
      return { items: items.map(({ model, providerType }) => toModel(model, providerType)), total };
    },

    /** By provider, then display name. */
    *list(from: Pick<Tx, "sql">, query: PageQuery): Script<Page<LlmModelWithProvider>> {
      const { items, total } = yield* page(from, undefined, query);
      return { items: items.map(toModelWithProvider), total };
    },

    *get({ sql }: Pick<Tx, "sql">, id: string): Script<LlmModelWithProvider> {
      const ofProvider = eq(llmModels.providerId, llmProviders.id);
      const [row] = yield* run(sql.select(joined).from(llmModels).innerJoin(llmProviders, ofProvider).where(eq(llmModels.id, id)));
      if (!row) throw notFound("Model");
      return toModelWithProvider(row);
    },

    /** All of one provider, in the order of their creation. */
    *rowsOf({ sql }: Pick<Tx, "sql">, providerId: string): Script<ModelRow[]> {
      return yield* run(
        sql.select().from(llmModels).where(eq(llmModels.providerId, providerId)).orderBy(asc(llmModels.createdAt), asc(llmModels.id)),
      );
    },

    *update(tx: Tx, id: string, input: UpdateLlmModel): Script<LlmModelWithProvider> {
      const before = yield* this.get(tx, id);
      if (input.fallback_model_id === id) throw invalid("fallback_model_id must name another model: a model can't fall back to itself");
      if (input.model_id !== undefined) yield* refuseTaken(tx, before.provider_id, input.model_id, id);
      yield* run(
        tx.sql
          .update(llmModels)
          .set({
            modelId: input.model_id,
            displayName: input.display_name,
            capabilities: input.capabilities,
            contextWindow: input.context_window,
            status: input.status,
            fallbackModelId: input.fallback_model_id,
            updatedAt: clock.now(),
          })
          .where(eq(llmModels.id, id))
          .returning({ id: llmModels.id }),
      );
      if (input.is_default) yield* this.makeDefault(tx, id);
      if (input.is_default === false && before.is_default) yield* this.markDefault(tx, null);
      return yield* this.get(tx, id);
    },

    /** The ids and `provider/model` names of one model, or of all of a provider. */
    *named({ sql }: Pick<Tx, "sql">, which: { id: string } | { providerId: string }): Script<NamedModel[]> {
      const wanted = "id" in which ? eq(llmModels.id, which.id) : eq(llmModels.providerId, which.providerId);
      return yield* run(
        sql
          .select({ id: llmModels.id, name: raw<string>`${llmProviders.name} || '/' || ${llmModels.modelId}` })
          .from(llmModels)
          .innerJoin(llmProviders, eq(llmModels.providerId, llmProviders.id))
          .where(wanted),
      );
    },

    /** These models are about to be deleted: whoever falls back to one of them does so no more. */
    *loseModels(tx: Tx, models: readonly NamedModel[]): Script<void> {
      const used = new Set((yield* run(tx.sql.selectDistinct({ id: llmModels.fallbackModelId }).from(llmModels))).map(({ id }) => id));
      for (const { id } of models.filter(({ id }) => used.has(id)))
        yield* run(tx.sql.update(llmModels).set({ fallbackModelId: null }).where(eq(llmModels.fallbackModelId, id)));
    },

    /** An agent or a session that used it falls back to the next choice. */
    *remove(tx: Tx, id: string): Script<void> {
      const [row] = yield* run(tx.sql.delete(llmModels).where(eq(llmModels.id, id)).returning({ id: llmModels.id }));
      if (!row) throw notFound("Model");
    },

    /** Moves the default to this model, and with it to its provider. */
    *makeDefault(tx: Tx, id: string): Script<void> {
      const model = yield* this.get(tx, id);
      if (model.status !== "active") throw conflict("A disabled model can't be the default");
      yield* providers.makeDefault(tx, model.provider_id);
      yield* this.markDefault(tx, id);
    },

    /** Moves the mark alone; null leaves none. */
    *markDefault(tx: Tx, id: string | null): Script<void> {
      yield* run(tx.sql.update(llmModels).set({ isDefault: false }).where(eq(llmModels.isDefault, true)).returning({ id: llmModels.id }));
      if (id === null) return;
      yield* run(tx.sql.update(llmModels).set({ isDefault: true }).where(eq(llmModels.id, id)).returning({ id: llmModels.id }));
    },
  };
};

function toModel(row: ModelRow, type: ProviderType): LlmModel {
  const profile = knownProfile(type, row.modelId);
  return {
    id: row.id,
    provider_id: row.providerId,
    model_id: row.modelId,
    display_name: row.displayName,
    capabilities: row.capabilities,
    context_window: row.contextWindow ?? profile?.limits?.context ?? null,
    is_default: row.isDefault,
    status: row.status,
    fallback_model_id: row.fallbackModelId,
    profile,
    created_at: toTimestamp(row.createdAt),
    updated_at: toTimestamp(row.updatedAt),
  };
}

const toModelWithProvider = ({ model, providerName, providerType }: Joined): LlmModelWithProvider => ({
  ...toModel(model, providerType),
  provider_name: providerName,
  provider_type: providerType,
});
