import type { AuditLog, By } from "@/auth/audit-log";
import type { LoginStore } from "@/auth/login-store";
import type { OneTimeLinkStore } from "@/auth/one-time-link-store";
import type { UserRow, UserStore } from "@/auth/user-store";
import type { Script, Tx } from "@/database/database";
import type { ManagedUser, UpdateUser } from "@/domain/managed-user";
import type { ManagedUsers } from "./managed-users";
import { refuseLastAdmin, refuseOneself } from "./refuse-lock-out";

type Parts = { users: UserStore; managedUsers: ManagedUsers; logins: LoginStore; links: OneTimeLinkStore; auditLog: AuditLog };

/** Changes an account. Rights are read with each request, so they end at once; whoever is disabled is also signed out everywhere. */
export const createUpdateUser = ({ users, managedUsers, logins, links, auditLog }: Parts) =>
  function* updateUser(tx: Tx, by: By, id: string, { name, role, roles, status, email_verified }: UpdateUser): Script<ManagedUser> {
    const before = yield* users.get(tx, id);
    const given = roles ?? (role && [role]);
    const wanted = given && [...new Set(given)];
    const losesAdmin = isAdmin(before) && ((wanted && !wanted.includes("admin")) || status === "disabled");
    if (losesAdmin || status === "disabled") refuseOneself(by, id);
    if (losesAdmin) yield* refuseLastAdmin(users, tx, before);

    const after = yield* users.update(tx, id, { name, roles: wanted, status, isEmailVerified: email_verified });
    if (before.status !== "disabled" && after.status === "disabled") {
      yield* logins.revokeAllOf(tx, id);
      yield* links.revoke(tx, "password_reset", id);
    }
    for (const change of changesOf(before, after)) yield* auditLog.record(tx, { ...change, ...by, targetId: id });
    return yield* managedUsers.get(tx, id);
  };

const isAdmin = ({ roles }: UserRow): boolean => roles.includes("admin");

type Change = { action: "user.roles_changed" | "user.disabled" | "user.enabled" | "user.updated"; detail?: Record<string, string> };

function changesOf(before: UserRow, after: UserRow): Change[] {
  const [was, is] = [before.roles.join(" "), after.roles.join(" ")];
  const fields = [before.name !== after.name && "name", before.isEmailVerified !== after.isEmailVerified && "email_verified"].filter(
    Boolean,
  );
  return [
    ...(was === is ? [] : [{ action: "user.roles_changed" as const, detail: { before: was, after: is } }]),
    ...(before.status === after.status
      ? []
      : [{ action: after.status === "active" ? ("user.enabled" as const) : ("user.disabled" as const) }]),
    ...(fields.length === 0 ? [] : [{ action: "user.updated" as const, detail: { fields: fields.join(" ") } }]),
  ];
}
