import type { Script, Tx } from "@/database/database";
import type { ResetLink } from "@/domain/managed-user";
import { toTimestamp } from "@/platform/clock";
import type { AuditLog, By } from "./audit-log";
import type { OneTimeLinkStore } from "./one-time-link-store";

type Parts = {
  links: OneTimeLinkStore;
  auditLog: AuditLog;
  /** The address under which people reach the server, once it listens. */
  publicUrl: () => string;
};

export type MakeResetLink = ReturnType<typeof createMakeResetLink>;

/** A link with which someone chooses a password without the one before. Their earlier link no longer works. */
export const createMakeResetLink = ({ links, auditLog, publicUrl }: Parts) =>
  function* makeResetLink(tx: Tx, by: By, userId: string): Script<ResetLink> {
    const { token, expiresAt } = yield* links.make(tx, "password_reset", userId);
    yield* auditLog.record(tx, { action: "reset_link.made", ...by, targetId: userId });
    return {
      reset_link: `${publicUrl()}/reset-password?token=${token}`,
      reset_token: token,
      expires_at: toTimestamp(expiresAt),
    };
  };
