import { and, asc, desc, eq, gt, inArray, lte, sql as raw } from "drizzle-orm";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import { type EventData, type EventDraft, isMessageDraft, type KeptEvent, type KeptEventType } from "@/domain/event";
import type { Sized } from "@/http/list-answer";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp } from "@/platform/clock";
import { newId } from "@/platform/ids";
import type { EventBus } from "./event-bus";

/** A newer owner has claimed the session, or it is gone: whoever gets this stops at once and keeps nothing more. */
export class Fenced extends Error {
  override readonly name = "Fenced";
}

export type EventLog = ReturnType<typeof createEventLog>;

type Place = { sessionId: string; turnId: string | null; epoch?: number };

/** A session's events, numbered from 1 without holes. Events are only ever added. */
export const createEventLog = ({ tables: { sessions, events } }: Pick<Database, "tables">, bus: EventBus, clock: Clock) => {
  const nextSequence = {
    nextSequence: raw`${sessions.nextSequence} + ${raw.placeholder("count")}`,
    updatedAt: raw`${raw.placeholder("now")}`,
  };
  const advance = prepare<{ id: string; count: number; now: number }, { next: number }>((sql) =>
    sql
      .update(sessions)
      .set(nextSequence)
      .where(eq(sessions.id, raw.placeholder("id")))
      .returning({ next: sessions.nextSequence })
      .prepare(),
  );
  const advanceFenced = prepare<{ id: string; count: number; now: number; epoch: number }, { next: number }>((sql) =>
    sql
      .update(sessions)
      .set(nextSequence)
      .where(and(eq(sessions.id, raw.placeholder("id")), eq(sessions.epoch, raw.placeholder("epoch"))))
      .returning({ next: sessions.nextSequence })
      .prepare(),
  );
  const last = prepare<{ id: string }, { next: number }>((sql) =>
    sql
      .select({ next: sessions.nextSequence })
      .from(sessions)
      .where(eq(sessions.id, raw.placeholder("id")))
      .prepare(),
  );
  const insert = prepare<typeof events.$inferInsert, { sequence: number }>((sql) =>
    sql
      .insert(events)
      .values({
        sessionId: raw.placeholder("sessionId"),
        sequence: raw.placeholder("sequence"),
        id: raw.placeholder("id"),
        turnId: raw.placeholder("turnId"),
        type: raw.placeholder("type"),
        data: raw.placeholder("data"),
        createdAt: raw.placeholder("createdAt"),
      })
      .returning({ sequence: events.sequence })
      .prepare(),
  );
  const columns = {
    session_id: events.sessionId,
    sequence: events.sequence,
    id: events.id,
    turn_id: events.turnId,
    type: raw<KeptEventType>`${events.type}`,
    json: events.data,
    created_at: events.createdAt,
  };
  const after = prepare<{ sessionId: string; after: number; limit: number }, KeptEvent>((sql) =>
    sql
      .select(columns)
      .from(events)
      .where(and(eq(events.sessionId, raw.placeholder("sessionId")), gt(events.sequence, raw.placeholder("after"))))
      .orderBy(asc(events.sequence))
      .limit(raw.placeholder("limit"))
      .prepare(),
  );
  const ofTurn = prepare<{ turnId: string; after: number }, KeptEvent>((sql) =>
    sql
      .select(columns)
      .from(events)
      .where(and(eq(events.turnId, raw.placeholder("turnId")), gt(events.sequence, raw.placeholder("after"))))
      .orderBy(asc(events.sequence))
      .prepare(),
  );

  return {
    /**
     * Adds what happened; it is told after the commit. With an `epoch`, only while nobody has claimed the session since: throws `Fenced`.
     * The sequence comes from the session's row, which makes it gapless and the fence and the order one update.
     */
    *append(tx: Tx, { sessionId, turnId, epoch }: Place, drafts: readonly EventDraft[]): Script<KeptEvent[]> {
      const now = clock.now();
      const counted = { id: sessionId, count: drafts.length, now };
      const [row] = yield* epoch === undefined ? advance(counted) : advanceFenced({ ...counted, epoch });
      if (!row && epoch === undefined) throw notFound("Session");
      if (!row) throw new Fenced(`session ${sessionId} has a newer owner`);

      const first = row.next - drafts.length;
      const kept = drafts.map((draft, index) =>
        toKept(draft, { session_id: sessionId, turn_id: turnId, sequence: first + index, created_at: now }),
      );
      for (const { session_id, sequence, id, turn_id, type, json, created_at } of kept)
        yield* insert({ sessionId: session_id, sequence, id, turnId: turn_id, type, data: json, createdAt: created_at });
      tx.afterCommit(() => bus.publish(sessionId, "log"));
      return kept;
    },

    after: (sessionId: string, sequence: number, limit: number): Script<KeptEvent[]> => after({ sessionId, after: sequence, limit }),

    ofTurn: (turnId: string, after = 0): Script<KeptEvent[]> => ofTurn({ turnId, after }),

    *lastSequence(sessionId: string): Script<number> {
      const [row] = yield* last({ id: sessionId });
      return (row?.next ?? 1) - 1;
    },

    /** The sequence of the event with this id, or null when the session has none such. */
    *sequenceOf({ sql }: Pick<Tx, "sql">, sessionId: string, id: string): Script<number | null> {
      const [row] = yield* run(
        sql
          .select({ sequence: events.sequence })
          .from(events)
          .where(and(eq(events.id, id), eq(events.sessionId, sessionId))),
      );
      return row?.sequence ?? null;
    },

    /** How the call with this id ended, the last one where a provider gave the same id twice; undefined where none did. */
    *endOfCall({ sql }: Pick<Tx, "sql">, sessionId: string, toolCallId: string): Script<EventData<"tool.completed"> | undefined> {
      const isWanted = raw`json_extract(${events.data}, '$.tool_call_id') = ${toolCallId}`;
      const [row] = yield* run(
        sql
          .select({ json: events.data })
          .from(events)
          .where(and(eq(events.sessionId, sessionId), eq(events.type, "tool.completed"), isWanted))
          .orderBy(desc(events.sequence))
          .limit(1),
      );
      return row && (JSON.parse(row.json) as EventData<"tool.completed">);
    },

    /** The places after one and up to another whose events are of these types. */
    *sequencesOf(
      { sql }: Pick<Tx, "sql">,
      sessionId: string,
      { after, upTo }: { after: number; upTo: number },
      types: readonly string[],
    ): Script<number[]> {
      const ofSession = and(eq(events.sessionId, sessionId), gt(events.sequence, after), lte(events.sequence, upTo));
      const rows = yield* run(
        sql
          .select({ sequence: events.sequence })
          .from(events)
          .where(and(ofSession, inArray(events.type, [...types])))
          .orderBy(asc(events.sequence)),
      );
      return rows.map(({ sequence }) => sequence);
    },

    /** How many bytes the events at these places have, in order. Their data is not read for it. */
    *sizesOf({ sql }: Pick<Tx, "sql">, sessionId: string, sequences: readonly number[]): Script<Sized[]> {
      const wanted = and(eq(events.sessionId, sessionId), inArray(events.sequence, [...sequences]));
      const bytes = raw<number>`octet_length(data)`;
      return yield* run(sql.select({ sequence: events.sequence, bytes }).from(events).where(wanted).orderBy(asc(events.sequence)));
    },

    /** The events at these places, in order. */
    *at({ sql }: Pick<Tx, "sql">, sessionId: string, sequences: readonly number[]): Script<KeptEvent[]> {
      if (sequences.length === 0) return [];
      const wanted = and(eq(events.sessionId, sessionId), inArray(events.sequence, [...sequences]));
      return yield* run(sql.select(columns).from(events).where(wanted).orderBy(asc(events.sequence)));
    },
  };
};

/** Gives a draft its id, place and time. Every event's data names its turn; a message's data is the whole message. */
function toKept(draft: EventDraft, place: Omit<KeptEvent, "id" | "type" | "json">): KeptEvent {
  const id = draft.id ?? newId();
  const { session_id, turn_id, sequence, created_at } = place;
  const data = isMessageDraft(draft)
    ? {
        id,
        message_id: id,
        session_id,
        turn_id,
        sequence,
        role: draft.data.role,
        content: draft.data.content,
        tool_calls: draft.data.tool_calls ?? null,
        tool_call_id: draft.data.tool_call_id ?? null,
        controls: draft.data.controls ?? null,
        metadata: draft.data.metadata ?? null,
        tags: draft.data.tags ?? [],
        usage: draft.data.usage ?? null,
        created_at: toTimestamp(created_at),
      }
    : turn_id === null
      ? draft.data
      : { turn_id, ...draft.data };
  return { ...place, id, type: draft.type, json: JSON.stringify(data) };
}
