import type { Tables } from "@/database/schema";
import { noUsage } from "@/domain/usage";
import { newId } from "@/platform/ids";

type EventRow = Tables["events"]["$inferSelect"];
type TurnRow = Tables["turns"]["$inferSelect"];

/** Where an event's data names the session, a turn, a message, or the event itself. What people and models wrote is left alone. */
const ID_FIELDS = ["id", "message_id", "session_id", "turn_id", "replaces"] as const;

export type CopiedLog = ReturnType<typeof createCopiedLog>;

/**
 * A log under another session, piece by piece: same events, same sequences and times, new ids, and every mention of an old id with the new
 * one. Turns are copied as they ended; what they have used stays with the session that used it.
 */
export function createCopiedLog({ from, to }: { from: string; to: string }) {
  const ids = new Map([[from, to]]);
  const renew = (id: string): string => {
    const known = ids.get(id);
    if (known !== undefined) return known;
    const made = newId();
    ids.set(id, made);
    return made;
  };

  return {
    event: (event: EventRow): EventRow => ({
      ...event,
      sessionId: to,
      id: renew(event.id),
      turnId: event.turnId === null ? null : renew(event.turnId),
      data: renewed(event.data, renew),
    }),
    turn: (turn: TurnRow): TurnRow => ({
      ...turn,
      id: renew(turn.id),
      sessionId: to,
      messageId: renew(turn.messageId),
      usage: noUsage,
      costUsd: null,
    }),
  };
}

function renewed(json: string, renew: (id: string) => string): string {
  const data = JSON.parse(json) as Record<string, unknown>;
  for (const field of ID_FIELDS) {
    const id = data[field];
    if (typeof id === "string") data[field] = renew(id);
  }
  const { metadata } = data as { metadata?: Record<string, unknown> | null };
  if (typeof metadata?.retry_of === "string") data.metadata = { ...metadata, retry_of: renew(metadata.retry_of) };
  return JSON.stringify(data);
}
