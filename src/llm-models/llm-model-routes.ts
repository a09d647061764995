import { actorOf } from "@/auth/request-actor";
import type { Database, Script, Tx } from "@/database/database";
import { CreateLlmModel, LlmModel, LlmModelWithProvider, UpdateLlmModel } from "@/domain/llm-model";
import { EnvelopeQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { adminOf } from "@/llm-providers/admin-only";
import { bareList, bareListOf } from "@/llm-providers/bare-list";
import type { CheckModel } from "./check-model";
import type { LlmModelStore } from "./llm-model-store";
import type { LoseModels } from "./lose-models";

type Parts = {
  db: Database;
  models: LlmModelStore;
  once: Once;
  checkModel: CheckModel;
  loseModels: LoseModels;
  /** Runs after every change, in its transaction. */
  settleDefaults: (tx: Tx) => Script<void>;
};

export const llmModelRoutes = ({ db, models, once, checkModel, loseModels, settleDefaults }: Parts) =>
  resource("/v1", "llm-models")
    .post(
      "/llm-providers/:id/models",
      ({ params, body, request }) =>
        once({ request, actor: adminOf(request), body }, 201, function* (tx) {
          yield* checkModel(tx, "fallback_model_id", body.fallback_model_id);
          const { id } = yield* models.create(tx, params.id, body);
          yield* settleDefaults(tx);
          return yield* models.get(tx, id);
        }),
      {
        body: CreateLlmModel,
        detail: doc({ operationId: "createLlmModel", summary: "Create a model of a provider", answers: { 201: LlmModelWithProvider } }),
      },
    )
    .get(
      "/llm-providers/:id/models",
      async ({ params, query, request }) => {
        actorOf(request);
        return bareList(await db.read(() => models.listOf(db, params.id, query)), query);
      },
      {
        query: EnvelopeQuery,
        detail: doc({
          operationId: "listProviderModels",
          summary: "List a provider's models by display name",
          answers: { 200: bareListOf("LlmModel", LlmModel) },
        }),
      },
    )
    .get(
      "/llm-models",
      async ({ query, request }) => {
        actorOf(request);
        return bareList(await db.read(() => models.list(db, query)), query);
      },
      {
        query: EnvelopeQuery,
        detail: doc({
          operationId: "listLlmModels",
          summary: "List all models by provider, then display name",
          answers: { 200: bareListOf("LlmModelWithProvider", LlmModelWithProvider) },
        }),
      },
    )
    .get(
      "/llm-models/:id",
      ({ params, request }) => {
        actorOf(request);
        return db.read(() => models.get(db, params.id));
      },
      { detail: doc({ operationId: "getLlmModel", summary: "Get a model", answers: { 200: LlmModelWithProvider } }) },
    )
    .patch(
      "/llm-models/:id",
      ({ params, body, request }) => {
        adminOf(request);
        return db.transact(function* (tx) {
          yield* checkModel(tx, "fallback_model_id", body.fallback_model_id);
          yield* models.update(tx, params.id, body);
          yield* settleDefaults(tx);
          return yield* models.get(tx, params.id);
        });
      },
      {
        body: UpdateLlmModel,
        detail: doc({
          operationId: "updateLlmModel",
          summary: "Change the given fields of a model",
          description: "Making a model the default makes its provider the default.",
          answers: { 200: LlmModelWithProvider },
        }),
      },
    )
    .delete(
      "/llm-models/:id",
      async ({ params, request, status }) => {
        adminOf(request);
        await db.transact(function* (tx) {
          yield* loseModels(tx, yield* models.named(tx, { id: params.id }));
          yield* models.remove(tx, params.id);
          yield* settleDefaults(tx);
        });
        return status(204, undefined);
      },
      { detail: doc({ operationId: "deleteLlmModel", summary: "Delete a model", answers: { 204: null } }) },
    );
