import { api } from "@/ui/api/client";
import type { ListOf } from "@/ui/api/queries";
import type { StreamedEvent } from "./fold-events";

type Listed = { sequence: number; event_type: string; data: unknown };

const PAGE = 1000;

/**
 * A session's log as it is kept. A stream would tell each event on its own, which costs a browser several times as much; sequences have no
 * holes, so all pages but the first are asked for at once.
 */
export async function readLog(sessionId: string, after: number, signal: AbortSignal): Promise<StreamedEvent[]> {
  const read = (from: number): Promise<ListOf<Listed>> =>
    api.get(`/v1/sessions/${sessionId}/events/list?limit=${PAGE}&after_sequence=${from}`, { signal });
  const first = await read(after);
  const more = Math.max(0, Math.ceil(first.total / PAGE) - 1);
  const others = await Promise.all(Array.from({ length: more }, (_, index) => read(after + (index + 1) * PAGE)));
  const at = Date.now();
  return [first, ...others].flatMap(({ items }) => items.map(({ sequence, event_type: type, data }) => ({ type, sequence, at, data })));
}
