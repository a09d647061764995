import { z } from "zod";
import { Id, Timestamp } from "./common";

/** Everything that the audit log may tell of, each as `<what>.<what happened to it>`. */
export const AUDIT_ACTIONS = [
  "login.succeeded",
  "login.failed",
  "login.revoked",
  "refresh.reused",
  "oauth.failed",
  "identity.linked",
  "account.registered",
  "account.updated",
  "password.changed",
  "password.reset",
  "setup_link.made",
  "setup_link.used",
  "setup_link.refused",
  "reset_link.made",
  "reset_link.refused",
  "user.created",
  "user.updated",
  "user.roles_changed",
  "user.disabled",
  "user.enabled",
  "user.deleted",
  "api_key.created",
  "api_key.deleted",
  "provider.created",
  "provider.updated",
  "provider.key_changed",
  "provider.deleted",
  "rate_limit.hit",
] as const;

export const AuditAction = z.enum(AUDIT_ACTIONS);
export type AuditAction = z.infer<typeof AuditAction>;

export const AuditEvent = z
  .object({
    id: Id,
    action: z.string(),
    actor_id: z.string().nullable().meta({ description: "Who did it; null for a stranger, and for the command line." }),
    target_id: z.string().nullable().meta({ description: "The user, key or provider that it was done to." }),
    address: z.string().nullable().meta({ description: "The client's network address, as far as the server knows it." }),
    detail: z.record(z.string(), z.string()).meta({ description: "`count` says how often something was repeated within the hour." }),
    created_at: Timestamp,
  })
  .meta({ id: "AuditEvent" });
export type AuditEvent = z.infer<typeof AuditEvent>;
