import type { Database } from "@/database/database";
import type { Logger } from "@/platform/logger";
import type { Secret } from "@/platform/secrets";
import type { AuditLog } from "./audit-log";
import type { LoginStore } from "./login-store";
import { type Passwords, refuseWeakPassword } from "./passwords";
import type { UserStore } from "./user-store";

type Parts = { db: Database; users: UserStore; logins: LoginStore; passwords: Passwords; auditLog: AuditLog; logger: Logger };

/** Mode admin, at each start: the one account is as the settings say. Another password than before ends its logins. */
export async function settleAdmin({ db, users, logins, passwords, auditLog, logger }: Parts, admin: { email: string; password: Secret }) {
  const { email } = admin;
  const password = admin.password.reveal();
  try {
    refuseWeakPassword(password, { email, name: NAME });
  } catch {
    logger.warn("AUTH_ADMIN_PASSWORD is easy to guess: choose a longer one");
  }
  const known = await db.read(() => users.findByEmail(db, email));
  const isSame = await passwords.verify(password, known?.passwordHash);
  const passwordHash = isSame ? known!.passwordHash : await passwords.hash(password);

  await db.transact(function* (tx) {
    if (!known) {
      const { id } = yield* users.create(tx, { email, name: NAME, passwordHash, roles: ["admin"] });
      return yield* auditLog.record(tx, { action: "user.created", targetId: id, detail: BY_SETTINGS });
    }
    if (!known.roles.includes("admin") || known.status !== "active")
      yield* users.update(tx, known.id, { roles: ["admin"], status: "active" });
    if (isSame) return;
    yield* users.setPassword(tx, known.id, passwordHash);
    yield* logins.revokeAllOf(tx, known.id);
    yield* auditLog.record(tx, { action: "password.changed", targetId: known.id, detail: BY_SETTINGS });
  });
}

const NAME = "Admin";
const BY_SETTINGS = { by: "AUTH_ADMIN_PASSWORD" };
