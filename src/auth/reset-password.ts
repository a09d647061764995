import type { Database, Script, Tx } from "@/database/database";
import type { ResetPassword } from "@/domain/managed-user";
import { AppError } from "@/platform/app-error";
import type { AuditLog } from "./audit-log";
import type { LoginStore } from "./login-store";
import type { OneTimeLinkStore } from "./one-time-link-store";
import { type Passwords, refuseWeakPassword } from "./passwords";
import type { UserStore } from "./user-store";

type Parts = {
  db: Database;
  users: UserStore;
  logins: LoginStore;
  links: OneTimeLinkStore;
  passwords: Passwords;
  auditLog: AuditLog;
};

export type ResetPasswordOnce = ReturnType<typeof createResetPassword>;

/** Sets a new password by a link, which works once, and signs the account out everywhere. */
export function createResetPassword({ db, users, logins, links, passwords, auditLog }: Parts) {
  return async function resetPassword(address: string | null, { token, password }: ResetPassword): Promise<void> {
    // Asked first, so that a guess costs no hash; and again where it is used, because of two at once one may.
    const userId = await db.read(() => ownerOf(db, links.find(db, "password_reset", token), address));
    const user = await db.read(() => users.get(db, userId));
    refuseWeakPassword(password, user);
    const hash = await passwords.hash(password);
    await db.transact(function* (tx) {
      const id = yield* ownerOf(tx, links.use(tx, "password_reset", token), address);
      yield* users.setPassword(tx, id, hash);
      yield* logins.revokeAllOf(tx, id);
      yield* auditLog.record(tx, { action: "password.reset", actorId: id, targetId: id, address });
    });
  };

  function* ownerOf(from: Pick<Tx, "sql">, search: Script<{ userId: string | null } | undefined>, address: string | null): Script<string> {
    const link = yield* search;
    const user = link?.userId ? yield* users.find(from, link.userId) : undefined;
    if (user?.status === "active") return user.id;
    auditLog.count({ action: "reset_link.refused", address });
    throw new AppError("invalid", "This link was used or has ended: ask an admin for a new one", { code: "reset_link_ended" });
  }
}
