import type { Database } from "@/database/database";
import type { UpdateMe } from "@/domain/managed-user";
import type { Actor, User } from "@/domain/user";
import { AppError, conflict, invalid } from "@/platform/app-error";
import type { AuditLog } from "./audit-log";
import type { LoginStore } from "./login-store";
import type { OneTimeLinkStore } from "./one-time-link-store";
import { type Passwords, refuseWeakPassword } from "./passwords";
import { toUser, type UserStore } from "./user-store";

type Parts = {
  db: Database;
  users: UserStore;
  logins: LoginStore;
  links: OneTimeLinkStore;
  passwords: Passwords;
  auditLog: AuditLog;
};

export type ChangeAccount = ReturnType<typeof createChangeAccount>;

/** Changes the caller's own account. A new password needs the one before, and signs the account out everywhere else. */
export function createChangeAccount({ db, users, logins, links, passwords, auditLog }: Parts) {
  return async function changeAccount(actor: Actor, address: string | null, { name, password, current_password }: UpdateMe): Promise<User> {
    const newHash = password == null ? undefined : await hashNew(actor, address, password, current_password);
    return db.transact(function* (tx) {
      const { id } = actor.user;
      const by = { actorId: id, targetId: id, address };
      const before = yield* users.get(tx, id);
      const after = yield* users.update(tx, id, { name });
      if (after.name !== before.name) yield* auditLog.record(tx, { action: "account.updated", ...by, detail: { fields: "name" } });
      if (newHash === undefined) return toUser(after);

      if (before.passwordHash !== newHash.verified) throw conflict("The password was changed at the same time: try again");
      yield* users.setPassword(tx, id, newHash.hash);
      yield* logins.revokeAllOf(tx, id, actor.credential.kind === "login" ? actor.credential.id : undefined);
      yield* links.revoke(tx, "password_reset", id);
      yield* auditLog.record(tx, { action: "password.changed", ...by });
      return toUser(after);
    });
  };

  /** Outside of the transaction: hashing takes its time. */
  async function hashNew({ user }: Actor, address: string | null, password: string, current: string | null | undefined) {
    if (current == null) throw invalid("current_password is required with password");
    const { passwordHash } = await db.read(() => users.get(db, user.id));
    if (passwordHash === null) throw conflict("This account has no password yet: ask an admin for a link to choose one", "no_password");
    if (!(await passwords.verify(current, passwordHash))) {
      auditLog.count({ action: "login.failed", targetId: user.id, address, detail: { method: "current password" } });
      throw new AppError("forbidden", "current_password is not the password of this account", { code: "wrong_password" });
    }
    refuseWeakPassword(password, user);
    return { verified: passwordHash, hash: await passwords.hash(password) };
  }
}
