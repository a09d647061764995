import type { EventDraft, KeptEvent } from "@/domain/event";

/** A kept event as the loop reads it. */
export const toDraft = ({ type, id, json }: KeptEvent): EventDraft => ({ type, id, data: JSON.parse(json) }) as EventDraft;
