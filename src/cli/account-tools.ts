import { join } from "node:path";
import { createAgentStore } from "@/agents/agent-store";
import { type By, createAuditLog } from "@/auth/audit-log";
import { createIdentityStore } from "@/auth/identity-store";
import { createLoginStore } from "@/auth/login-store";
import { createMakeResetLink } from "@/auth/make-reset-link";
import { createOneTimeLinkStore } from "@/auth/one-time-link-store";
import { createRights } from "@/auth/rights";
import { createUserStore, type UserRow } from "@/auth/user-store";
import { readConfig } from "@/config";
import { publicUrlOf } from "@/config/public-url";
import type { Script, Tx } from "@/database/database";
import { openBesideServer } from "@/database/open-database";
import { notFound } from "@/platform/app-error";
import { systemClock } from "@/platform/clock";
import { createSecretBox, loadMasterKeys } from "@/platform/secrets";
import { createSessionStore } from "@/sessions/session-store";
import { createCreateUser } from "@/users/create-user";
import { createManagedUsers } from "@/users/managed-users";
import { createRemoveUser } from "@/users/remove-user";
import { createUpdateUser } from "@/users/update-user";
import { environment } from "./environment";

export type AccountTools = ReturnType<typeof openAccountTools>;

/** Whoever may write the data folder is nobody's user; the audit log says that it was the command line. */
export const BY_COMMAND_LINE: By = { actorId: null, address: "command line" };

/** What the server does with accounts, on its database and beside it: a server that runs sees each change with the next request. */
export function openAccountTools(given: string | undefined) {
  const config = readConfig({ dataDir: given }, environment());
  const clock = systemClock;
  const db = openBesideServer(join(config.dataDir, "everruns.db"));
  // Nothing is open in this process that would have to hear of changed rights, or of sessions that are gone.
  const rights = createRights();
  const forget = () => {};

  const secrets = createSecretBox(loadMasterKeys(config.dataDir, config.env));
  const users = createUserStore(db, clock, rights);
  const links = createOneTimeLinkStore(db, clock);
  const auditLog = createAuditLog(db, clock);
  const logins = createLoginStore(db, clock, rights, { refreshSeconds: 0 });
  const managedUsers = createManagedUsers({ users, identities: createIdentityStore(db, clock) });
  const makeResetLink = createMakeResetLink({ links, auditLog, publicUrl: () => publicUrlOf(config, config.port) });

  return {
    db,
    managedUsers,
    makeResetLink,
    createUser: createCreateUser({ users, managedUsers, makeResetLink, auditLog }),
    updateUser: createUpdateUser({ users, managedUsers, logins, links, auditLog }),
    removeUser: createRemoveUser({
      users,
      agents: createAgentStore(db, clock, secrets),
      sessions: createSessionStore(db, clock),
      auditLog,
      forget,
    }),
    /** By id or address. */
    *resolve(tx: Tx, name: string): Script<UserRow> {
      const user = (yield* users.find(tx, name)) ?? (yield* users.findByEmail(tx, name));
      if (!user) throw notFound("User");
      return user;
    },
  };
}
