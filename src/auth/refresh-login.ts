import type { Database } from "@/database/database";
import type { RateLimits } from "@/http/rate-limits";
import type { Logger } from "@/platform/logger";
import type { AuditLog } from "./audit-log";
import { type Ticket, ticketOf } from "./begin-login";
import { badCredential } from "./credential";
import type { LoginStore } from "./login-store";
import type { LoginTokens } from "./login-tokens";
import type { IsWelcome } from "./welcome";

type Parts = {
  db: Database;
  logins: LoginStore;
  tokens: LoginTokens;
  isWelcome: IsWelcome;
  auditLog: AuditLog;
  rateLimits: Pick<RateLimits, "refresh">;
  logger: Logger;
};

export type RefreshLogin = ReturnType<typeof createRefreshLogin>;

/** Exchanges a refresh token for what the next pair is signed from. Throws 401; one that was used before ends the whole login. */
export const createRefreshLogin = ({ db, logins, tokens, isWelcome, auditLog, rateLimits, logger }: Parts) =>
  async function refreshLogin(token: string | undefined, address: string | null): Promise<Ticket> {
    const claims = token === undefined ? undefined : await tokens.readRefresh(token);
    rateLimits.refresh(address, claims?.loginId ?? null);
    if (!claims) throw badCredential();

    const exchange = await db.transact(function* (tx) {
      const found = yield* logins.findOpen(claims.loginId);
      if (!found || !isWelcome(found.user)) return undefined;
      const exchange = yield* logins.exchange(tx, claims.loginId, claims.generation);
      if (exchange.kind === "reused") yield* auditLog.record(tx, { action: "refresh.reused", targetId: found.user.id, address });
      return { user: found.user, ...exchange };
    });
    if (exchange?.kind === "reused")
      logger.warn({ user_id: exchange.user.id, login_id: claims.loginId }, "a refresh token was used twice: its login was ended");
    if (exchange?.kind !== "exchanged") throw badCredential();
    return ticketOf(exchange.login, exchange.user);
  };
