import type { SessionStatus as Status } from "@/domain/session";
import { Badge } from "@/ui/parts/badge";

/** What a chat does just now; nothing while it is at rest. */
export function SessionStatus({ status }: { status: Status }) {
  if (status === "running") return <Badge look="accent">Running</Badge>;
  if (status === "waiting") return <Badge look="warn">Waits for you</Badge>;
  if (status === "failed") return <Badge look="danger">Failed</Badge>;
  return null;
}
