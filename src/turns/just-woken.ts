import type { KeptEvent } from "@/domain/event";

/** An answer has woken the turn, and nothing was done since. */
export function isJustWoken(events: readonly KeptEvent[]): boolean {
  const waited = events.findLastIndex((event) => statusIn(event) === "waiting");
  const since = events.slice(waited + 1);
  const isTouched = since.some(({ type }) => /^(turn|model)\.|^tool\.started$/.test(type));
  return waited >= 0 && !isTouched && since.some((event) => statusIn(event) === "running");
}

const statusIn = ({ type, json }: KeptEvent): string | null =>
  type === "session.updated" ? ((JSON.parse(json) as { status?: string }).status ?? null) : null;
