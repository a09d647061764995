import type { AuditLog } from "@/auth/audit-log";
import { byOf } from "@/auth/by";
import { actorOf } from "@/auth/request-actor";
import type { Database, Script, Tx } from "@/database/database";
import type { AuditAction } from "@/domain/audit-event";
import { CreateLlmProvider, LlmProvider, UpdateLlmProvider } from "@/domain/llm-provider";
import { EnvelopeQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { adminOf } from "./admin-only";
import { bareList, bareListOf } from "./bare-list";
import type { DriverPool } from "./driver-pool";
import type { LlmProviderStore } from "./llm-provider-store";

type Parts = {
  db: Database;
  providers: LlmProviderStore;
  drivers: DriverPool;
  auditLog: AuditLog;
  once: Once;
  /** Runs before a provider goes, with its models. */
  beforeRemoval: (tx: Tx, providerId: string) => Script<void>;
  /** Runs after every change, in its transaction. */
  settleDefaults: (tx: Tx) => Script<void>;
};

export const llmProviderRoutes = ({ db, providers, drivers, auditLog, once, beforeRemoval, settleDefaults }: Parts) => {
  const tell = (tx: Tx, request: Request, action: AuditAction, targetId: string): Script<void> =>
    auditLog.record(tx, { action, ...byOf(request), targetId });

  return resource("/v1/llm-providers", "llm-providers")
    .post(
      "",
      ({ body, request }) =>
        once({ request, actor: adminOf(request), body }, 201, function* (tx) {
          const { id } = yield* providers.create(tx, body);
          yield* tell(tx, request, "provider.created", id);
          yield* settleDefaults(tx);
          return yield* providers.get(tx, id);
        }),
      {
        body: CreateLlmProvider,
        detail: doc({ operationId: "createLlmProvider", summary: "Create an LLM provider", answers: { 201: LlmProvider } }),
      },
    )
    .get(
      "",
      async ({ query, request }) => {
        actorOf(request);
        return bareList(await db.read(() => providers.list(db, query)), query);
      },
      {
        query: EnvelopeQuery,
        detail: doc({
          operationId: "listLlmProviders",
          summary: "List LLM providers, oldest first",
          answers: { 200: bareListOf("LlmProvider", LlmProvider) },
        }),
      },
    )
    .get(
      "/:id",
      ({ params, request }) => {
        actorOf(request);
        return db.read(() => providers.get(db, params.id));
      },
      { detail: doc({ operationId: "getLlmProvider", summary: "Get an LLM provider", answers: { 200: LlmProvider } }) },
    )
    .patch(
      "/:id",
      ({ params, body, request }) => {
        adminOf(request);
        return db.transact(function* (tx) {
          const before = yield* providers.get(tx, params.id);
          const after = yield* providers.update(tx, params.id, body);
          const isKeyChanged = body.api_key !== undefined || before.api_key_set !== after.api_key_set;
          yield* tell(tx, request, isKeyChanged ? "provider.key_changed" : "provider.updated", params.id);
          yield* settleDefaults(tx);
          return yield* providers.get(tx, params.id);
        });
      },
      {
        body: UpdateLlmProvider,
        detail: doc({
          operationId: "updateLlmProvider",
          summary: "Change the given fields of an LLM provider",
          description: "A changed address without a new key clears the stored key.",
          answers: { 200: LlmProvider },
        }),
      },
    )
    .delete(
      "/:id",
      async ({ params, request, status }) => {
        adminOf(request);
        await db.transact(function* (tx) {
          yield* beforeRemoval(tx, params.id);
          yield* providers.remove(tx, params.id);
          yield* tell(tx, request, "provider.deleted", params.id);
          yield* settleDefaults(tx);
          tx.afterCommit(() => drivers.forget(params.id));
        });
        return status(204, undefined);
      },
      { detail: doc({ operationId: "deleteLlmProvider", summary: "Delete an LLM provider and its models", answers: { 204: null } }) },
    );
};
