import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import type { AuditEvent } from "@/domain/audit-event";
import { api } from "@/ui/api/client";
import type { ListOf } from "@/ui/api/queries";

export type AuditFilter = { action: string | undefined; person: string | undefined; days: number | undefined };

const PER_PAGE = 50;
const HOUR_MS = 3_600_000;

/** Cut to the hour, so that the same question has the same address for a while. */
const since = (days: number): string => new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - days * 24 * HOUR_MS).toISOString();

export function auditPath({ action, person, days }: AuditFilter): string {
  const query = new URLSearchParams({
    ...(action ? { action } : {}),
    ...(person ? { actor_id: person } : {}),
    ...(days ? { since: since(days) } : {}),
  });
  return query.size > 0 ? `/v1/audit-events?${query}` : "/v1/audit-events";
}

export const auditEventsQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit-events", filter],
    queryFn: ({ pageParam, signal }) => {
      const path = auditPath(filter);
      return api.get<ListOf<AuditEvent>>(`${path}${path.includes("?") ? "&" : "?"}limit=${PER_PAGE}&offset=${pageParam}`, { signal });
    },
    initialPageParam: 0,
    getNextPageParam: ({ offset, limit, total }) => (offset + limit < total ? offset + limit : undefined),
    placeholderData: keepPreviousData,
  });
