import { useEffect, useRef } from "react";
import type { EventData } from "@/domain/event";
import { api } from "@/ui/api/client";
import type { ListOf } from "@/ui/api/queries";
import { filesChanged } from "./file-queries";

type Change = { sequence: number; data: EventData<"file.changed"> };

const PAGE = 1000;
/** Changes come in bursts; one reading serves them all. */
const EVERY_MS = 300;

/** Keeps what is shown of a session's files as they are: whatever the chat has more in its log is looked through for changed files. */
export function useFileChanges(sessionId: string, sequence: number): void {
  const seen = useRef({ sessionId, sequence });
  const wanted = useRef(sequence);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  wanted.current = sequence;
  if (seen.current.sessionId !== sessionId) seen.current = { sessionId, sequence };

  useEffect(() => {
    if (sequence <= seen.current.sequence || timer.current !== undefined) return;
    timer.current = setTimeout(async () => {
      const place = seen.current;
      while (wanted.current > place.sequence && seen.current === place) await readOn(sessionId, place, wanted.current);
      timer.current = undefined;
    }, EVERY_MS);
  }, [sessionId, sequence]);

  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}

async function readOn(sessionId: string, place: { sequence: number }, wanted: number): Promise<void> {
  const path = `/v1/sessions/${sessionId}/events/list?limit=${PAGE}&after_sequence=${place.sequence}&types=file.changed`;
  const found = await api.get<ListOf<Change>>(path).catch(() => null);
  place.sequence = Math.max(wanted, found?.items.at(-1)?.sequence ?? 0);
  // Where it is not known what changed, or too much did, everything is read again.
  if (found === null || found.total > found.items.length) return filesChanged(sessionId);
  const paths = new Set(found.items.flatMap(({ data }) => [data.path, data.from_path ?? data.path]));
  if (paths.size > 0) await filesChanged(sessionId, [...paths]);
}
