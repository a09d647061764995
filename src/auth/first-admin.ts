import type { Script, Tx } from "@/database/database";
import { AppError } from "@/platform/app-error";
import type { AuditLog } from "./audit-log";
import type { OneTimeLinkStore } from "./one-time-link-store";
import type { UserStore } from "./user-store";

type Parts = {
  users: UserStore;
  links: OneTimeLinkStore;
  auditLog: AuditLog;
  /** Other machines reach the server and may sign up, so that whoever came first would own it. */
  isReachable: boolean;
};

export type FirstAdmin = ReturnType<typeof createFirstAdmin>;

/** Sees to it that the first account, which is an admin's, is made by whoever reads the server's own output. */
export const createFirstAdmin = ({ users, links, auditLog, isReachable }: Parts) => ({
  /** The token of a link that was not there before, or null where none is needed. One of an earlier start no longer works. */
  *invite(tx: Tx): Script<string | null> {
    yield* links.revoke(tx, "first_admin", null);
    if (!(yield* this.isAwaited(tx))) return null;
    const { token } = yield* links.make(tx, "first_admin", null);
    yield* auditLog.record(tx, { action: "setup_link.made" });
    return token;
  },

  /** Whether there is no account yet and the first one needs the link. */
  *isAwaited(from: Pick<Tx, "sql">): Script<boolean> {
    return isReachable && (yield* users.count(from)) === 0;
  },

  /** Lets an account be made in this transaction, or throws. Uses the link up. */
  *admit(tx: Tx, token: string | null | undefined, address: string | null): Script<void> {
    if (!(yield* this.isAwaited(tx))) return;
    const link = token ? yield* links.use(tx, "first_admin", token) : undefined;
    if (link) return yield* auditLog.record(tx, { action: "setup_link.used", address });
    auditLog.count({ action: "setup_link.refused", address });
    throw new AppError(
      "forbidden",
      token
        ? "This setup link was used or has ended. Restart the server: it prints a new one."
        : "The first account is made with the link that the server printed when it started",
      { code: token ? "setup_link_ended" : "setup_link_required" },
    );
  },
});
