import type { KeptEvent } from "@/domain/event";

/** How long a turn has waited for people and clients, in milliseconds, read from its log: none of its own time. */
export function waitedMs(events: readonly KeptEvent[]): number {
  let waited = 0;
  let since: number | null = null;
  for (const event of events) {
    const status = statusIn(event);
    if (status === "waiting") since = event.created_at;
    if (status === "running" && since !== null) waited += event.created_at - since;
    if (status === "running") since = null;
  }
  return Math.max(0, waited);
}

/** An answer has woken the turn, and nothing was done since. */
export function isJustWoken(events: readonly KeptEvent[]): boolean {
  const waited = events.findLastIndex((event) => statusIn(event) === "waiting");
  const since = events.slice(waited + 1);
  const isTouched = since.some(({ type }) => /^(turn|model)\.|^tool\.started$/.test(type));
  return waited >= 0 && !isTouched && since.some((event) => statusIn(event) === "running");
}

const statusIn = ({ type, json }: KeptEvent): string | null =>
  type === "session.updated" ? ((JSON.parse(json) as { status?: string }).status ?? null) : null;
