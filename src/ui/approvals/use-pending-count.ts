import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { queryClient, sessionsQuery } from "@/ui/api/queries";
import { pendingCountQuery } from "./approval-queries";

/** How many calls wait for a person, as it was asked for a moment ago. */
export function usePendingCount(): number {
  const { data: count = 0 } = useQuery(pendingCountQuery());
  return count;
}

/** Asks for the calls that wait at once when the side bar's list of chats says that another one waits, or waits no more. */
export function useFollowWaiting(): void {
  const { data } = useInfiniteQuery(sessionsQuery(""));
  const waiting = data?.pages
    .flatMap(({ items }) => items.filter(({ status }) => status === "waiting").map(({ id, updated_at }) => id + updated_at))
    .join();
  const last = useRef(waiting);
  useEffect(() => {
    const isNews = last.current !== undefined && last.current !== waiting;
    last.current = waiting;
    if (isNews) void queryClient.invalidateQueries({ queryKey: ["approvals"] });
  }, [waiting]);
}
