import type { Database } from "@/database/database";
import { AuditAction, AuditEvent } from "@/domain/audit-event";
import { Id, Timestamp } from "@/domain/common";
import { envelope, listOf, PageQuery } from "@/http/lists";
import { doc, resource } from "@/http/resource";
import { adminOf } from "./admin-only";
import type { AuditLog } from "./audit-log";

const Filter = PageQuery.extend({
  action: AuditAction.optional(),
  actor_id: Id.optional(),
  target_id: Id.optional(),
  since: Timestamp.optional(),
});

export const auditEventRoutes = ({ db, auditLog }: { db: Database; auditLog: AuditLog }) =>
  resource("/v1/audit-events", "audit-events").get(
    "",
    async ({ query, request }) => {
      adminOf(request, "read the audit log");
      await auditLog.flush();
      const { action, actor_id: actorId, target_id: targetId, since } = query;
      const filter = { action, actorId, targetId, since: since === undefined ? undefined : Date.parse(since) };
      return envelope(await db.read(() => auditLog.list(db, filter, query)), query);
    },
    {
      query: Filter,
      detail: doc({
        operationId: "listAuditEvents",
        summary: "What concerned security, newest first",
        answers: { 200: listOf("AuditEvent", AuditEvent) },
      }),
    },
  );
