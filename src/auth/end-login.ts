import type { Database } from "@/database/database";
import { clientAddress } from "@/http/client-address";
import { AppError } from "@/platform/app-error";
import type { AuditLog } from "./audit-log";
import type { Authenticate } from "./authenticate";
import { refreshCookieOf } from "./login-cookies";
import type { LoginStore } from "./login-store";
import type { LoginTokens } from "./login-tokens";

type Parts = { db: Database; logins: LoginStore; tokens: LoginTokens; authenticate: Authenticate; auditLog: AuditLog };

export type EndLogin = ReturnType<typeof createEndLogin>;

/**
 * Ends the login of whoever asks, whose access token may be over by then: the refresh cookie, which no other site's page can have sent,
 * shows as well which login it is. Throws 401 for strangers.
 */
export const createEndLogin = ({ db, logins, tokens, authenticate, auditLog }: Parts) =>
  async function endLogin(request: Request): Promise<void> {
    const cookie = refreshCookieOf(request);
    const refresh = cookie === undefined ? undefined : await tokens.readRefresh(cookie);
    const actor = await Promise.resolve()
      .then(() => authenticate(request))
      .catch((error: unknown) => {
        if (refresh && error instanceof AppError) return undefined;
        throw error;
      });
    const loginId = actor?.credential.kind === "login" ? actor.credential.id : actor ? undefined : refresh?.loginId;
    if (loginId === undefined) return;
    await db.transact(function* (tx) {
      const found = yield* logins.findOpen(loginId);
      if (!found) return;
      const { id } = found.user;
      yield* logins.revoke(tx, found.login);
      yield* auditLog.record(tx, { action: "login.revoked", actorId: id, targetId: id, address: clientAddress(request) });
    });
  };
