import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { approvalListPath, pendingCountQuery } from "@/ui/approvals/approval-queries";
import { DecidedApprovals } from "@/ui/approvals/decided-approvals";
import { PendingApprovals } from "@/ui/approvals/pending-approvals";
import { RuleList } from "@/ui/approvals/rule-list";
import { AsCode } from "@/ui/parts/as-code";
import { PageFrame } from "@/ui/parts/page-frame";
import { Choices } from "@/ui/parts/switch";

const route = getRouteApi("/approvals");

const REQUESTS = {
  pending: { path: approvalListPath("pending"), description: "Lists what waits for a decision." },
  decided: { path: approvalListPath("resolved"), description: "Lists what was decided." },
  rules: { path: "/v1/approval-rules", description: "Lists what need not be asked about." },
};

export function ApprovalsPage() {
  const { show = "pending" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: count = 0 } = useQuery(pendingCountQuery());
  return (
    <PageFrame
      title="Approvals"
      description="Tools that an agent may only use once a person has said yes."
      actions={<AsCode request={{ method: "GET", path: REQUESTS[show].path }} description={REQUESTS[show].description} />}
    >
      <div className="mb-5">
        <Choices
          label="Which calls"
          value={show}
          choices={[
            { value: "pending", label: count > 0 ? `Waiting (${count})` : "Waiting" },
            { value: "decided", label: "Decided" },
            { value: "rules", label: "Always allowed" },
          ]}
          onChange={(next) => void navigate({ search: next === "pending" ? {} : { show: next }, replace: true })}
        />
      </div>
      {show === "pending" && <PendingApprovals />}
      {show === "decided" && <DecidedApprovals />}
      {show === "rules" && <RuleList />}
    </PageFrame>
  );
}
