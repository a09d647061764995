import type { EventDraft, KeptEvent } from "@/domain/event";

/** A kept event as the loop reads it. */
export const toDraft = ({ type, id, sequence, json }: KeptEvent): EventDraft =>
  ({ type, id, sequence, data: JSON.parse(json) }) as EventDraft;
