import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { ShieldQuestionMark } from "lucide-react";
import type { ApprovalRule } from "@/domain/approval";
import { Badge } from "@/ui/parts/badge";
import { Button } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { formatFull, formatWhen } from "@/ui/platform/format";
import { approvalRulesQuery, removeRule } from "./approval-queries";
import { ArgumentList } from "./argument-list";
import { CallPlace } from "./call-place";

/** What need not be asked about again. */
export function RuleList() {
  const found = useInfiniteQuery(approvalRulesQuery());
  const rules = found.data?.pages.flatMap(({ items }) => items);
  if (found.error && !rules) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!rules) return <Loading />;
  if (rules.length === 0)
    return (
      <EmptyState icon={ShieldQuestionMark} title="Every call is asked about">
        Choose “Always allow” when a tool is asked about, and it will be listed here.
      </EmptyState>
    );
  return (
    <>
      <ul aria-label="Calls that are always allowed" className="divide-y divide-line rounded-xl border border-line">
        {rules.map((rule) => (
          <Rule key={rule.id} rule={rule} />
        ))}
      </ul>
      <MoreButton query={found}>Show more</MoreButton>
    </>
  );
}

function Rule({ rule }: { rule: ApprovalRule }) {
  const { id, name, session_id, created_at } = rule;
  const { mutate, isPending } = useMutation({
    mutationFn: () => removeRule(id),
    onSuccess: () => notify(`${name} is asked about again.`),
    onError: notifyFailure,
  });
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <span className="min-w-0 truncate font-medium font-mono text-[0.8125rem]">{name}</span>
          <Badge>{session_id === null ? "All chats with the agent" : "This chat"}</Badge>
        </p>
        <div className="mt-0.5 text-muted text-sm">
          <CallPlace {...rule} />
        </div>
        {rule.arguments !== null && (
          <div className="mt-2">
            <p className="mb-1 text-faint text-xs">Only with</p>
            <ArgumentList value={rule.arguments} />
          </div>
        )}
        <p className="mt-1 text-faint text-xs">
          <time dateTime={created_at} title={formatFull(created_at)}>
            {`Since ${formatWhen(created_at)}`}
          </time>
        </p>
      </div>
      <Button isBusy={isPending} onClick={() => mutate()} aria-label={`Ask again about ${name}`}>
        Ask again
      </Button>
    </li>
  );
}
