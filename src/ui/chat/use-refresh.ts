import { useEffect, useRef } from "react";
import { queryClient } from "@/ui/api/queries";
import type { Chat } from "./chat";

/** The list of chats shows this one's title and status: it is read again when they change. */
export function useRefresh({ session: { title, status } }: Chat): void {
  const last = useRef(`${title}/${status}`);
  useEffect(() => {
    const now = `${title}/${status}`;
    if (now === last.current) return;
    last.current = now;
    void queryClient.invalidateQueries({ queryKey: ["sessions", "list"] });
  }, [title, status]);
}
