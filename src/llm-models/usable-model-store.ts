import { and, asc, desc, eq, or, sql as raw, type SQL } from "drizzle-orm";
import { type Database, prepare, type Script, type Sql } from "@/database/database";
import type { ProviderRow } from "@/llm-providers/llm-provider-store";

/** A model that is active, as is its provider. */
export type UsableModel = {
  id: string;
  modelId: string;
  contextWindow: number | null;
  fallbackModelId: string | null;
  provider: ProviderRow;
};

export type UsableModelStore = ReturnType<typeof createUsableModelStore>;

/** The questions that every turn asks, each one compiled query. */
export const createUsableModelStore = ({ tables: { llmModels, llmProviders } }: Pick<Database, "tables">) => {
  const isActive = and(eq(llmModels.status, "active"), eq(llmProviders.status, "active"));
  const first = (sql: Sql, wanted: SQL | undefined, ...order: SQL[]) =>
    sql
      .select({
        id: llmModels.id,
        modelId: llmModels.modelId,
        contextWindow: llmModels.contextWindow,
        fallbackModelId: llmModels.fallbackModelId,
        provider: llmProviders,
      })
      .from(llmModels)
      .innerJoin(llmProviders, eq(llmModels.providerId, llmProviders.id))
      .where(and(isActive, wanted))
      .orderBy(...order)
      .limit(1)
      .prepare();

  const byId = prepare<{ id: string }, UsableModel>((sql) => first(sql, eq(llmModels.id, raw.placeholder("id"))));
  const theDefault = prepare<Record<string, never>, UsableModel>((sql) => first(sql, and(llmModels.isDefault)));

  const name = raw`${llmProviders.name} || '/' || ${llmModels.modelId}`;
  const typeName = raw`${llmProviders.providerType} || '/' || ${llmModels.modelId}`;
  const wish = raw.placeholder("wish");
  const byName = prepare<{ wish: string }, UsableModel>((sql) =>
    first(
      sql,
      or(raw`lower(${name}) = lower(${wish})`, raw`lower(${typeName}) = lower(${wish})`),
      raw`${name} = ${wish} DESC`,
      raw`lower(${name}) = lower(${wish}) DESC`,
      desc(llmProviders.isDefault),
      asc(llmProviders.createdAt),
      asc(llmProviders.id),
    ),
  );

  return {
    *findById(id: string): Script<UsableModel | undefined> {
      return (yield* byId({ id }))[0];
    },

    /** `provider name/model` or `provider type/model`, capitals aside. A provider's name wins over a type, the default provider over others of its type. */
    *findByName(given: string): Script<UsableModel | undefined> {
      return (yield* byName({ wish: given }))[0];
    },

    *findDefault(): Script<UsableModel | undefined> {
      return (yield* theDefault({}))[0];
    },
  };
};
