import type { Database } from "@/database/database";
import { type Actor, type Credential, LOCAL_ACTOR } from "@/domain/user";
import { AppError } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import type { ApiKeyStore } from "./api-key-store";
import { badCredential, shownBy } from "./credential";
import type { LoginStore } from "./login-store";
import type { LoginTokens } from "./login-tokens";
import type { RefuseForeignPage } from "./own-origin";
import { signInFirst } from "./request-actor";
import { allows, needOf, scopeFor } from "./scopes";
import { toUser, type UserRow } from "./user-store";
import type { IsWelcome } from "./welcome";

type Parts = {
  db: Database;
  logins: LoginStore;
  apiKeys: ApiKeyStore;
  tokens: LoginTokens;
  isWelcome: IsWelcome;
  refuseForeignPage: RefuseForeignPage;
  /** Notes that a key was used; never waited for. */
  noteUse: (key: { id: string; lastUsedAt: number | null }) => void;
};

type RenewParts = Pick<Parts, "db" | "logins" | "apiKeys" | "isWelcome"> & { clock: Clock };

/** Who sent a request. Throws 401 for strangers and for a credential that is no good, 403 where the credential does not reach. */
export type Authenticate = (request: Request) => Actor | Promise<Actor>;

/** In mode none, everyone who reaches the server is the local user. */
export const authenticateLocally: Authenticate = () => LOCAL_ACTOR;

/**
 * With accounts. A token or a key proves who asks; whether they may is read from the database with each request, so that a right that
 * was taken is gone at once. Costs one compiled query, and for a token one HMAC.
 */
export const createAuthenticate = ({ db, logins, apiKeys, tokens, isWelcome, refuseForeignPage, noteUse }: Parts): Authenticate =>
  async function authenticate(request) {
    const shown = shownBy(request);
    if (!shown) throw signInFirst();

    if (shown.kind === "api_key") {
      const found = await db.read(() => apiKeys.findUsable(shown.key));
      if (!found || !isWelcome(found.user)) throw badCredential();
      const { id, scopes, expiresAt } = found.key;
      const need = needOf(request.method, new URL(request.url).pathname);
      if (!allows(scopes, need))
        throw new AppError("forbidden", `This API key may not do this: it needs the scope ${scopeFor(need)}`, {
          code: "insufficient_scope",
        });
      noteUse(found.key);
      return actorFrom(found.user, { kind: "api_key", id, scopes, expiresAt });
    }

    const token = await tokens.readAccess(shown.token);
    const found = token && (await db.read(() => logins.findOpen(token.loginId)));
    if (!found || !isWelcome(found.user)) throw badCredential();
    if (shown.isCookie) refuseForeignPage(request);
    return actorFrom(found.user, { kind: "login", id: found.login.id, expiresAt: token.expiresAt });
  };

/** Looks again at someone who came in before: the same person with the rights of now. Throws 401 when they may not come in any more. */
export const createRenewActor = ({ db, clock, logins, apiKeys, isWelcome }: RenewParts) =>
  async function renewActor({ credential }: Actor): Promise<Actor> {
    if (credential.kind === "local") return LOCAL_ACTOR;
    const { id, kind, expiresAt } = credential;
    if (expiresAt !== null && expiresAt <= clock.now()) throw badCredential();
    const found = await db.read<{ user: UserRow } | undefined>(() => (kind === "login" ? logins.findOpen(id) : apiKeys.findUsableById(id)));
    if (!found || !isWelcome(found.user)) throw badCredential();
    return actorFrom(found.user, credential);
  };

/** Roles are the user's of now, whatever the token says: a key of someone who is no admin is never an admin's. */
const actorFrom = (row: UserRow, credential: Credential): Actor => ({
  user: toUser(row),
  isAdmin: row.roles.includes("admin"),
  credential,
});
