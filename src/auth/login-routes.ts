import type { Database, Script, Tx } from "@/database/database";
import { Login } from "@/domain/login";
import type { Actor } from "@/domain/user";
import { envelope, listOf, PageQuery, pageOf } from "@/http/lists";
import { doc, resource } from "@/http/resource";
import { AppError, notFound } from "@/platform/app-error";
import { toTimestamp } from "@/platform/clock";
import type { AuditLog } from "./audit-log";
import { byOf } from "./by";
import type { LoginRow, LoginStore } from "./login-store";
import { actorOf } from "./request-actor";

type Parts = { db: Database; logins: LoginStore; auditLog: AuditLog };

/** Where one is signed in, and the end of it elsewhere. */
export const loginRoutes = ({ db, logins, auditLog }: Parts, prefix: "/api/auth" | "/v1/auth") => {
  const suffix = prefix === "/v1/auth" ? "V1" : "";

  function* end(tx: Tx, request: Request, ended: readonly LoginRow[]): Script<void> {
    for (const login of ended) {
      yield* logins.revoke(tx, login);
      yield* auditLog.record(tx, { action: "login.revoked", ...byOf(request), targetId: login.userId });
    }
  }

  return resource(`${prefix as "/api/auth"}/me/logins`, "auth")
    .get(
      "",
      async ({ query, request }) => {
        const { user, loginId } = personOf(request);
        const rows = await db.read(() => logins.list(db, user.id));
        return envelope(
          pageOf(
            rows.map((row) => toLogin(row, loginId)),
            query,
          ),
          query,
        );
      },
      {
        query: PageQuery,
        detail: doc({
          operationId: `listMyLogins${suffix}`,
          summary: "Where the caller is signed in, newest first",
          answers: { 200: listOf("OpenLogin", Login) },
        }),
      },
    )
    .delete(
      "",
      async ({ request, status }) => {
        const { user, loginId } = personOf(request);
        await db.transact(function* (tx) {
          yield* end(
            tx,
            request,
            (yield* logins.list(tx, user.id)).filter(({ id }) => id !== loginId),
          );
        });
        return status(204, undefined);
      },
      {
        detail: doc({
          operationId: `endOtherLogins${suffix}`,
          summary: "Sign out everywhere else",
          description: "Ends every login of the caller but the one that asks. API keys stay.",
          answers: { 204: null },
        }),
      },
    )
    .delete(
      "/:login_id",
      async ({ params, request, status }) => {
        const { user } = personOf(request);
        await db.transact(function* (tx) {
          const login = (yield* logins.list(tx, user.id)).find(({ id }) => id === params.login_id);
          if (!login) throw notFound("Login");
          yield* end(tx, request, [login]);
        });
        return status(204, undefined);
      },
      {
        detail: doc({
          operationId: `endLogin${suffix}`,
          summary: "Sign out in one place; its tokens stop working at once",
          answers: { 204: null },
        }),
      },
    );
};

/** In mode none nobody is signed in, and the list is empty. */
function personOf(request: Request): { user: Actor["user"]; loginId: string | null } {
  const { user, credential } = actorOf(request);
  if (credential.kind === "api_key")
    throw new AppError("forbidden", "One's own logins are looked after by whoever is signed in: an API key can't do it");
  return { user, loginId: credential.kind === "login" ? credential.id : null };
}

const toLogin = ({ id, createdAt, rotatedAt, expiresAt }: LoginRow, currentId: string | null): Login => ({
  id,
  created_at: toTimestamp(createdAt),
  last_used_at: toTimestamp(rotatedAt),
  expires_at: toTimestamp(expiresAt),
  is_current: id === currentId,
});
