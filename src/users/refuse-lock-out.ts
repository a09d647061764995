import type { By } from "@/auth/audit-log";
import type { UserRow, UserStore } from "@/auth/user-store";
import type { Script, Tx } from "@/database/database";
import { conflict } from "@/platform/app-error";

/** Nobody takes their own rights away by mistake. */
export function refuseOneself({ actorId }: By, id: string): void {
  if (actorId === id) throw conflict("You can't disable, demote or delete your own account: ask another admin to do it", "own_account");
}

/** Asked in the transaction of the change. Transactions run one by one: of two admins who demote each other at once, one stays. */
export function* refuseLastAdmin(users: UserStore, tx: Tx, { id, roles, status }: UserRow): Script<void> {
  const counts = roles.includes("admin") && status === "active";
  if (counts && !(yield* users.hasOtherAdmin(tx, id)))
    throw conflict("This is the last active admin: make somebody else an admin first", "last_admin");
}
