import { z } from "zod";
import type { Database } from "@/database/database";
import { ApiKey, CreateApiKey, NewApiKey } from "@/domain/api-key";
import type { Actor } from "@/domain/user";
import { EnvelopeQuery, envelope, listOf, pageOf } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { AppError } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import type { ApiKeyStore } from "./api-key-store";
import type { AuditLog } from "./audit-log";
import { byOf } from "./by";
import { actorOf } from "./request-actor";
import { covers } from "./scopes";

const DAY_MS = 24 * 3_600_000;

type Parts = { db: Database; clock: Clock; apiKeys: ApiKeyStore; auditLog: AuditLog; once: Once };

/** The caller's own API keys. */
export const apiKeyRoutes = ({ db, clock, apiKeys, auditLog, once }: Parts, prefix: "/api/auth" | "/v1/auth") => {
  const suffix = prefix === "/v1/auth" ? "V1" : "";

  /** Else a key that was lent for little, or for a day, could be made into one for everything, or for ever. */
  const refuseWiderKey = ({ credential }: Actor, { scopes, expires_in_days }: CreateApiKey): void => {
    if (credential.kind !== "api_key") return;
    if (!covers(credential.scopes, scopes)) throw widerKey("An API key can't make a key with scopes that it does not have itself");
    const endsAt = expires_in_days == null ? Number.POSITIVE_INFINITY : clock.now() + expires_in_days * DAY_MS;
    if (credential.expiresAt !== null && endsAt > credential.expiresAt)
      throw widerKey("An API key can't make a key that lives longer than itself: give a smaller expires_in_days");
  };

  return resource(`${prefix as "/api/auth"}/api-keys`, "auth")
    .get(
      "",
      async ({ query, request }) => {
        const page = pageOf(await db.read(() => apiKeys.list(db, actorOf(request).user.id)), query);
        return query.envelope === "true" ? envelope(page, query) : page.items;
      },
      {
        query: EnvelopeQuery,
        detail: doc({
          operationId: `listApiKeys${suffix}`,
          summary: "List the caller's API keys, newest first",
          answers: { 200: z.union([z.array(ApiKey), listOf("ApiKey", ApiKey)]) },
        }),
      },
    )
    .post(
      "",
      ({ body, request }) => {
        const actor = actorOf(request);
        refuseWiderKey(actor, body);
        return once({ request, actor, body, isSecret: true }, 201, function* (tx) {
          const made = yield* apiKeys.create(tx, actor.user.id, body);
          yield* auditLog.record(tx, {
            action: "api_key.created",
            ...byOf(request),
            targetId: made.id,
            detail: { scopes: made.scopes.join(" ") },
          });
          return made;
        });
      },
      {
        body: CreateApiKey,
        detail: doc({
          operationId: `createApiKey${suffix}`,
          summary: "Make an API key; it is shown once",
          description:
            "A key may do of what its user may what its scopes say. `*` and `admin`: everything. `read`: every GET, `write`: every other method, but for the administration of the server. `<resource>:read` and `<resource>:write`: the same of one resource, which is the first noun of the path (`llm-providers` for `/v1/llm-providers/…`); everything of a session is `sessions`, under an agent's address too, `/v1/agent-files` is `agents` and `/v1/approval-rules` is `approvals`. Writing does not include reading. A key makes no key with more scopes or a longer life than its own.",
          answers: { 201: NewApiKey },
        }),
      },
    )
    .delete(
      "/:key_id",
      async ({ params, request, status }) => {
        const { user } = actorOf(request);
        await db.transact(function* (tx) {
          yield* apiKeys.remove(tx, user.id, params.key_id);
          yield* auditLog.record(tx, { action: "api_key.deleted", ...byOf(request), targetId: params.key_id });
        });
        return status(204, undefined);
      },
      {
        detail: doc({
          operationId: `deleteApiKey${suffix}`,
          summary: "Delete an API key; it stops working at once",
          answers: { 204: null },
        }),
      },
    );
};

const widerKey = (message: string) => new AppError("forbidden", message, { code: "wider_key" });
