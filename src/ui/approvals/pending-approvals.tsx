import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useRef } from "react";
import type { Approval } from "@/domain/approval";
import { ApprovalQuestion } from "@/ui/chat/approval-question";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";
import { formatFull, formatWhen } from "@/ui/platform/format";
import { approvalsQuery } from "./approval-queries";
import { ArgumentList } from "./argument-list";
import { CallPlace } from "./call-place";

/** The calls that wait for a person, each with what it would do and the ways to answer. */
export function PendingApprovals() {
  const list = useRef<HTMLUListElement>(null);
  const found = useInfiniteQuery(approvalsQuery("pending"));
  const approvals = found.data?.pages.flatMap(({ items }) => items);
  if (found.error && !approvals) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!approvals) return <Loading />;
  if (approvals.length === 0)
    return (
      <EmptyState icon={CircleCheck} title="Nothing waits for you">
        When an agent wants to use a tool that must be asked about, it is asked about here and in its chat. Which tools these are is set at
        each agent.
      </EmptyState>
    );
  return (
    <>
      <ul ref={list} tabIndex={-1} aria-label="Calls that wait for you" className="grid grid-cols-1 gap-4 outline-none">
        {approvals.map((approval) => (
          // The button that was pressed goes away with its call: whoever uses the keyboard is back at the list.
          <PendingCall key={approval.id} approval={approval} onDecided={() => list.current?.focus()} />
        ))}
      </ul>
      <MoreButton query={found}>Show more</MoreButton>
    </>
  );
}

function PendingCall({ approval, onDecided }: { approval: Approval; onDecided: () => void }) {
  const { id, session_id, name, created_at, expires_at } = approval;
  return (
    <li className="overflow-hidden rounded-xl border border-line">
      <article aria-label={`${name} for ${approval.agent_name}`}>
        <header className="px-3.5 pt-3">
          <div className="flex flex-wrap items-baseline justify-between gap-x-4">
            <h2 className="min-w-0 font-medium font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{name}</h2>
            <p className="text-faint text-xs">
              <time dateTime={created_at} title={formatFull(created_at)}>
                {`Asked ${formatWhen(created_at)}`}
              </time>
              {" · "}
              <time dateTime={expires_at} title={formatFull(expires_at)}>
                {`Expires ${formatWhen(expires_at)}`}
              </time>
            </p>
          </div>
          <div className="mt-0.5 text-muted text-sm">
            <CallPlace {...approval} />
          </div>
        </header>
        <div className="max-h-96 overflow-y-auto px-3.5 py-3">
          <ArgumentList value={approval.arguments} />
        </div>
        <ApprovalQuestion sessionId={session_id} approvalId={id} call={approval} onDecided={onDecided} />
      </article>
    </li>
  );
}
