import { and, asc, count, desc, eq, inArray, not, sql as raw } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { Message } from "@/domain/message";
import type { Sized } from "@/http/list-answer";
import type { PageQuery } from "@/http/lists";
import { notFound } from "@/platform/app-error";

export type MessageLog = ReturnType<typeof createMessageLog>;

/** The messages among a session's events. They are written by the event log. */
export const createMessageLog = ({ tables: { events } }: Pick<Database, "tables">) => {
  const isMessage = raw`type in ('message.user', 'message.assistant', 'message.tool_result', 'message.system')`;

  /** A message whose turn was cancelled before it began was taken back: it stays in the log, and is none of the conversation. */
  const isTakenBack = raw`exists (select 1 from turns where turns.id = events.turn_id and turns.status = 'cancelled' and turns.started_at is null)`;
  const isUsers = eq(events.type, "message.user");

  return {
    /** Where a page of them lies in the log. Few conversations have a message that was taken back: the others are counted by their index alone. */
    *list({ sql }: Pick<Tx, "sql">, sessionId: string, { offset, limit }: PageQuery): Script<{ places: Sized[]; total: number }> {
      const takenBack = raw<number>`exists (select 1 from turns where turns.session_id = ${sessionId} and turns.status = 'cancelled' and turns.started_at is null)`;
      const [any] = yield* run(sql.select({ takenBack }).from(raw`(select 1)`));
      const wanted = and(eq(events.sessionId, sessionId), isMessage, any?.takenBack ? not(isTakenBack) : undefined);
      const page = yield* run(
        sql.select({ sequence: events.sequence }).from(events).where(wanted).orderBy(asc(events.sequence)).limit(limit).offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(events).where(wanted));
      const bytes = raw<number>`octet_length(data)`;
      const ofPage = and(
        eq(events.sessionId, sessionId),
        inArray(
          events.sequence,
          page.map(({ sequence }) => sequence),
        ),
      );
      const places = yield* run(sql.select({ sequence: events.sequence, bytes }).from(events).where(ofPage).orderBy(asc(events.sequence)));
      return { places, total: counted!.total };
    },

    /** The messages at these places, in order. */
    *at({ sql }: Pick<Tx, "sql">, sessionId: string, sequences: readonly number[]): Script<Message[]> {
      const wanted = and(eq(events.sessionId, sessionId), inArray(events.sequence, [...sequences]));
      const rows = yield* run(sql.select({ json: events.data }).from(events).where(wanted).orderBy(asc(events.sequence)));
      return rows.map(({ json }) => toMessage(json));
    },

    *get({ sql }: Pick<Tx, "sql">, sessionId: string, id: string): Script<Message> {
      const [row] = yield* run(
        sql
          .select({ json: events.data })
          .from(events)
          .where(and(eq(events.id, id), eq(events.sessionId, sessionId), isMessage, not(isTakenBack))),
      );
      if (!row) throw notFound("Message");
      return toMessage(row.json);
    },

    /** The user's messages of a turn, those that were taken back too. */
    *ofTurn({ sql }: Pick<Tx, "sql">, turnId: string): Script<Message[]> {
      const wanted = and(eq(events.turnId, turnId), isUsers);
      const rows = yield* run(sql.select({ json: events.data }).from(events).where(wanted).orderBy(asc(events.sequence)));
      return rows.map(({ json }) => toMessage(json));
    },

    /** The turn that this message belongs to, or the last one that it was retried in. */
    *lastTurnOf({ sql }: Pick<Tx, "sql">, sessionId: string, id: string): Script<string> {
      const ofSession = eq(events.sessionId, sessionId);
      const [message] = yield* run(
        sql
          .select({ id: events.id, turnId: events.turnId, retryOf: raw<string | null>`json_extract(data, '$.metadata.retry_of')` })
          .from(events)
          .where(and(eq(events.id, id), ofSession, isUsers)),
      );
      if (!message) throw notFound("Message");
      const isRetry = raw`json_extract(data, '$.metadata.retry_of') = ${message.retryOf ?? message.id}`;
      const [last] = yield* run(
        sql
          .select({ turnId: events.turnId })
          .from(events)
          .where(and(ofSession, isMessage, isUsers, isRetry))
          .orderBy(desc(events.sequence))
          .limit(1),
      );
      return (last ?? message).turnId!;
    },
  };
};

export function toMessage(json: string): Message {
  const { message_id: _, ...message } = JSON.parse(json) as Message & { message_id: string };
  return message;
}
