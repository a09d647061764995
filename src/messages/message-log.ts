import { and, asc, count, eq, sql as raw } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { Message } from "@/domain/message";
import type { Page, PageQuery } from "@/http/lists";
import { notFound } from "@/platform/app-error";

export type MessageLog = ReturnType<typeof createMessageLog>;

/** The messages among a session's events. They are written by the event log. */
export const createMessageLog = ({ tables: { events } }: Pick<Database, "tables">) => {
  const isMessage = raw`type in ('message.user', 'message.assistant', 'message.tool_result', 'message.system')`;

  return {
    *list({ sql }: Pick<Tx, "sql">, sessionId: string, { offset, limit }: PageQuery): Script<Page<Message>> {
      const wanted = and(eq(events.sessionId, sessionId), isMessage);
      const rows = yield* run(
        sql.select({ json: events.data }).from(events).where(wanted).orderBy(asc(events.sequence)).limit(limit).offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(events).where(wanted));
      return { items: rows.map(({ json }) => toMessage(json)), total: counted!.total };
    },

    *get({ sql }: Pick<Tx, "sql">, sessionId: string, id: string): Script<Message> {
      const [row] = yield* run(
        sql
          .select({ json: events.data })
          .from(events)
          .where(and(eq(events.id, id), eq(events.sessionId, sessionId), isMessage)),
      );
      if (!row) throw notFound("Message");
      return toMessage(row.json);
    },
  };
};

export function toMessage(json: string): Message {
  const { message_id: _, ...message } = JSON.parse(json) as Message & { message_id: string };
  return message;
}
