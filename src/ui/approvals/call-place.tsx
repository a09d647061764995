import { Link } from "@tanstack/react-router";
import type { Approval } from "@/domain/approval";

const LINK = "min-w-0 max-w-64 truncate underline-offset-4 hover:text-ink hover:underline";

type Props = Pick<Approval, "agent_id" | "agent_name" | "session_title"> & { session_id: string | null; turn_id?: string };

/** Whose call it is, and in which chat. */
export const CallPlace = ({ agent_id, agent_name, session_id, session_title, turn_id }: Props) => (
  <span className="flex min-w-0 flex-wrap items-center gap-x-1.5">
    <Link to="/agents/$agentId" params={{ agentId: agent_id }} className={LINK} title={agent_name}>
      {agent_name}
    </Link>
    {session_id !== null && (
      <>
        <span aria-hidden className="text-faint">
          ›
        </span>
        <Link
          to="/sessions/$sessionId"
          params={{ sessionId: session_id }}
          search={turn_id ? { turn: turn_id } : {}}
          className={LINK}
          title={session_title ?? undefined}
        >
          {session_title ?? "New chat"}
        </Link>
      </>
    )}
  </span>
);
