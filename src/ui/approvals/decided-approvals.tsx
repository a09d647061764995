import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import type { Approval } from "@/domain/approval";
import { Badge } from "@/ui/parts/badge";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";
import { formatFull, formatWhen } from "@/ui/platform/format";
import { approvalsQuery } from "./approval-queries";
import { ArgumentList } from "./argument-list";
import { CallPlace } from "./call-place";

/** What was decided, the newest first, with what was really run. */
export function DecidedApprovals() {
  const found = useInfiniteQuery(approvalsQuery("resolved"));
  const approvals = found.data?.pages.flatMap(({ items }) => items);
  if (found.error && !approvals) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!approvals) return <Loading />;
  if (approvals.length === 0)
    return (
      <EmptyState icon={History} title="Nothing was decided yet">
        What was allowed, denied or expired will be listed here.
      </EmptyState>
    );
  return (
    <>
      <ul aria-label="Decided calls" className="divide-y divide-line rounded-xl border border-line">
        {approvals.map((approval) => (
          <DecidedCall key={approval.id} approval={approval} />
        ))}
      </ul>
      <MoreButton query={found}>Show earlier ones</MoreButton>
    </>
  );
}

function DecidedCall({ approval }: { approval: Approval }) {
  const { name, reason, changed_arguments, resolved_at } = approval;
  return (
    <li className="px-4 py-3">
      <p className="flex items-center gap-2">
        <span className="min-w-0 truncate font-medium font-mono text-[0.8125rem]">{name}</span>
        <Decision approval={approval} />
        {resolved_at && (
          <time dateTime={resolved_at} title={formatFull(resolved_at)} className="ml-auto shrink-0 text-faint text-xs">
            {formatWhen(resolved_at)}
          </time>
        )}
      </p>
      <div className="mt-0.5 text-muted text-sm">
        <CallPlace {...approval} />
      </div>
      {reason && <p className="mt-1 text-sm [overflow-wrap:anywhere]">{reason}</p>}
      <details className="mt-1 text-sm">
        <summary className="w-fit rounded text-faint text-xs hover:text-ink pointer-coarse:py-2">
          {changed_arguments === null ? "Arguments" : "Arguments, as they were changed"}
        </summary>
        <div className="mt-2 max-h-96 overflow-y-auto">
          <ArgumentList value={changed_arguments ?? approval.arguments} />
        </div>
      </details>
    </li>
  );
}

function Decision({ approval: { decision, changed_arguments } }: { approval: Approval }) {
  if (decision === "approve") return <Badge look="ok">{changed_arguments === null ? "Allowed" : "Allowed with changes"}</Badge>;
  if (decision === "deny") return <Badge look="danger">Denied</Badge>;
  return <Badge>{decision === "expired" ? "Expired" : "Cancelled"}</Badge>;
}
