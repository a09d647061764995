import type { AuditLog, By } from "@/auth/audit-log";
import type { MakeResetLink } from "@/auth/make-reset-link";
import type { UserStore } from "@/auth/user-store";
import type { Script, Tx } from "@/database/database";
import type { CreateUser, NewManagedUser } from "@/domain/managed-user";
import type { ManagedUsers } from "./managed-users";

type Parts = { users: UserStore; managedUsers: ManagedUsers; makeResetLink: MakeResetLink; auditLog: AuditLog };

/** Makes an account that nobody knows a password of: its owner chooses one by the link in the answer. */
export const createCreateUser = ({ users, managedUsers, makeResetLink, auditLog }: Parts) =>
  function* createUser(tx: Tx, by: By, { email, name, role, roles, email_verified }: CreateUser): Script<NewManagedUser> {
    const wanted = roles ?? [role ?? "user"];
    const { id } = yield* users.create(tx, { email, name, passwordHash: null, roles: wanted, isEmailVerified: email_verified });
    yield* auditLog.record(tx, { action: "user.created", ...by, targetId: id, detail: { roles: wanted.join(" ") } });
    const reset = yield* makeResetLink(tx, by, id);
    return { ...(yield* managedUsers.get(tx, id)), reset };
  };
