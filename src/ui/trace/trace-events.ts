import { useEffect, useRef, useState } from "react";
import type { EventData, KeptEventType } from "@/domain/event";
import { api } from "@/ui/api/client";
import type { ListOf } from "@/ui/api/queries";

/** An event with the time at which it was kept, which the stream does not tell. */
export type TimedEvent = {
  [Type in KeptEventType]: {
    id: string;
    turn_id: string | null;
    sequence: number;
    event_type: Type;
    data: EventData<Type>;
    created_at: string;
  };
}[KeptEventType];

const TYPES = [
  "message.user",
  "turn.started",
  "turn.resumed",
  "turn.completed",
  "turn.failed",
  "turn.cancelled",
  "model.started",
  "model.retrying",
  "model.completed",
  "tool.started",
  "tool.completed",
  "approval.requested",
  "approval.resolved",
  "context.compacted",
] as const satisfies readonly KeptEventType[];

const PAGE = 1000;

/** The session's events that a trace is drawn from, read on from the last one whenever the chat has more. */
export function useTraceEvents(sessionId: string, sequence: number): { events: readonly TimedEvent[]; error: unknown } {
  const [events, setEvents] = useState<readonly TimedEvent[]>([]);
  const [error, setError] = useState<unknown>(null);
  const readTo = useRef(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what the chat has more is the reason
  useEffect(() => {
    const stop = new AbortController();
    // Events come in bursts; one reading serves them all.
    const timer = setTimeout(
      () => void read().catch((failure: unknown) => stop.signal.aborted || setError(failure)),
      readTo.current === 0 ? 0 : 200,
    );
    async function read() {
      for (let hasMore = true; hasMore; ) {
        const path = `/v1/sessions/${sessionId}/events/list?limit=${PAGE}&after_sequence=${readTo.current}&types=${TYPES.join(",")}`;
        const { items } = await api.get<ListOf<TimedEvent>>(path, { signal: stop.signal });
        if (stop.signal.aborted) return;
        readTo.current = items.at(-1)?.sequence ?? readTo.current;
        hasMore = items.length === PAGE;
        if (items.length > 0) setEvents((known) => [...known, ...items]);
      }
      setError(null);
    }
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [sessionId, sequence]);

  return { events, error };
}
