import type { AgentStore } from "@/agents/agent-store";
import type { AuditLog, By } from "@/auth/audit-log";
import type { UserStore } from "@/auth/user-store";
import type { Script, Tx } from "@/database/database";
import { conflict, invalid } from "@/platform/app-error";
import type { SessionStore } from "@/sessions/session-store";
import { refuseLastAdmin, refuseOneself } from "./refuse-lock-out";

type Parts = {
  users: UserStore;
  agents: Pick<AgentStore, "idsOf" | "transfer">;
  sessions: Pick<SessionStore, "goingWith" | "transfer">;
  auditLog: AuditLog;
  /** Ends what is open for a session that is gone. */
  forget: (sessionId: string) => void;
};

/**
 * Deletes an account with its agents and sessions, or hands those to another user first. A turn that runs in a deleted session stops at its
 * next append. Other people's conversations are never deleted with it: while there are any with its agents, these must be handed over.
 */
export const createRemoveUser = ({ users, agents, sessions, auditLog, forget }: Parts) =>
  function* removeUser(tx: Tx, by: By, id: string, transferTo: string | undefined): Script<void> {
    const user = yield* users.get(tx, id);
    refuseOneself(by, id);
    yield* refuseLastAdmin(users, tx, user);

    if (transferTo === undefined) {
      const going = yield* sessions.goingWith(tx, id, yield* agents.idsOf(tx, id));
      if (going.some(({ ownerId }) => ownerId !== id))
        throw conflict("Others have sessions with this user's agents: hand the agents over with transfer_to", "agents_in_use");
      tx.afterCommit(() => {
        for (const session of going) forget(session.id);
      });
    }
    if (transferTo !== undefined) {
      if (transferTo === id || !(yield* users.find(tx, transferTo))) throw invalid("transfer_to must be the id of another user");
      yield* agents.transfer(tx, id, transferTo);
      yield* sessions.transfer(tx, id, transferTo);
    }
    yield* users.remove(tx, id);
    const detail: Record<string, string> = transferTo === undefined ? {} : { transferred_to: transferTo };
    yield* auditLog.record(tx, { action: "user.deleted", ...by, targetId: id, detail });
  };
