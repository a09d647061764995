import type { AuditAction } from "@/domain/audit-event";

/** What happened, in words; `warn` is what someone who looks after a server looks for. */
const ACTIONS: Record<AuditAction, { words: string; look?: "warn" | "danger" }> = {
  "login.succeeded": { words: "Signed in" },
  "login.failed": { words: "Sign-in failed", look: "warn" },
  "login.revoked": { words: "Signed out" },
  "refresh.reused": { words: "Old token used again", look: "danger" },
  "oauth.failed": { words: "Sign-in at a provider failed", look: "warn" },
  "identity.linked": { words: "Provider linked" },
  "account.registered": { words: "Account registered" },
  "account.updated": { words: "Own account changed" },
  "password.changed": { words: "Password changed" },
  "password.reset": { words: "Password set by a link" },
  "setup_link.made": { words: "Setup link printed" },
  "setup_link.used": { words: "Setup link used" },
  "setup_link.refused": { words: "Setup link refused", look: "warn" },
  "reset_link.made": { words: "Password link made" },
  "reset_link.refused": { words: "Password link refused", look: "warn" },
  "user.created": { words: "User made" },
  "user.updated": { words: "User changed" },
  "user.roles_changed": { words: "Role changed" },
  "user.disabled": { words: "User disabled" },
  "user.enabled": { words: "User enabled" },
  "user.deleted": { words: "User deleted" },
  "api_key.created": { words: "API key made" },
  "api_key.deleted": { words: "API key deleted" },
  "provider.created": { words: "Provider added" },
  "provider.updated": { words: "Provider changed" },
  "provider.key_changed": { words: "Provider's key changed" },
  "provider.deleted": { words: "Provider deleted" },
  "rate_limit.hit": { words: "Rate limit hit", look: "warn" },
};

export const ACTION_CHOICES = Object.entries(ACTIONS).map(([action, { words }]) => ({ action, words }));

/** A newer server may tell of what this page has no words for. */
export const wordsOfAction = (action: string): { words: string; look?: "warn" | "danger" } =>
  Object.hasOwn(ACTIONS, action) ? ACTIONS[action as AuditAction] : { words: action };
