import type { Script, Tx } from "@/database/database";
import { AppError, conflict } from "@/platform/app-error";
import type { AuditLog } from "./audit-log";
import type { BeginLogin, Ticket } from "./begin-login";
import type { FirstAdmin } from "./first-admin";
import type { IdentityStore } from "./identity-store";
import type { OAuthProfile } from "./oauth-driver";
import { OAUTH_NAMES } from "./oauth-driver";
import type { UserRow, UserStore } from "./user-store";

type Parts = {
  users: UserStore;
  identities: IdentityStore;
  firstAdmin: FirstAdmin;
  beginLogin: BeginLogin;
  auditLog: AuditLog;
  isSignupOpen: boolean;
};

type Came = { setupToken: string | null; address: string | null };

/**
 * Signs in whoever has proven an account at a provider. It is known by the provider's own name for it; an address only ever leads to an
 * account here if both sides have verified it, for whoever could claim an address would else take an account over.
 */
export const createSignInWithProvider = ({ users, identities, firstAdmin, beginLogin, auditLog, isSignupOpen }: Parts) =>
  function* signInWithProvider(tx: Tx, profile: OAuthProfile, { setupToken, address }: Came): Script<Ticket> {
    const knownId = yield* identities.findUserId(tx, profile);
    const user = knownId === undefined ? yield* newlyKnown() : yield* users.get(tx, knownId);
    const ticket = yield* beginLogin(tx, user);
    yield* auditLog.record(tx, {
      action: "login.succeeded",
      actorId: user.id,
      targetId: user.id,
      address,
      detail: { method: profile.provider },
    });
    return ticket;

    function* newlyKnown(): Script<UserRow> {
      const email = verifiedEmailOf(profile);
      const sameAddress = yield* users.findByEmail(tx, email);
      const user = sameAddress ? refuseUnverified(sameAddress) : yield* register(email);
      yield* identities.link(tx, profile, user.id);
      const detail = { provider: profile.provider };
      yield* auditLog.record(tx, { action: "identity.linked", actorId: user.id, targetId: user.id, address, detail });
      return user;
    }

    function* register(email: string): Script<UserRow> {
      if (!isSignupOpen)
        throw new AppError("forbidden", "Sign-up is closed on this server: ask an admin for an account", { code: "signup_disabled" });
      yield* firstAdmin.admit(tx, setupToken, address);
      const name = presentable(profile.name ?? "") || email.split("@")[0]!;
      const user = yield* users.create(tx, { email, name, passwordHash: null, avatarUrl: profile.avatarUrl, isEmailVerified: true });
      const detail = { method: profile.provider };
      yield* auditLog.record(tx, { action: "account.registered", actorId: user.id, targetId: user.id, address, detail });
      return user;
    }
  };

const MAX_NAME_LENGTH = 255;

/** A name as one that was typed here could be: without control characters, and cut between letters. */
const presentable = (name: string): string =>
  name
    .replace(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, MAX_NAME_LENGTH)
    .toWellFormed()
    .replace(/\uFFFD$/, "");

function verifiedEmailOf({ provider, email }: OAuthProfile): string {
  if (email !== null) return email;
  throw new AppError(
    "forbidden",
    `${OAUTH_NAMES[provider]} has not verified the address of this account: verify it there, then sign in again`,
    {
      code: "email_unverified",
    },
  );
}

function refuseUnverified(user: UserRow): UserRow {
  if (user.isEmailVerified) return user;
  throw conflict(
    "There is an account with this email already, and nobody has verified that the email is its owner's: sign in with its password, or ask an admin to mark the email as verified",
    "email_taken",
  );
}
