import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ChartNoAxesColumn } from "lucide-react";
import { healthQuery } from "@/ui/api/queries";
import { useMayManage } from "@/ui/api/use-may-manage";
import { AsCode } from "@/ui/parts/as-code";
import { Button, buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { PageFrame } from "@/ui/parts/page-frame";
import { Choices } from "@/ui/parts/switch";
import { Breakdown } from "@/ui/usage/breakdown";
import { DayTable } from "@/ui/usage/day-table";
import { UsageCharts } from "@/ui/usage/usage-charts";
import { UsageChips } from "@/ui/usage/usage-chips";
import { RANGES, type UsageSearch, usagePath, usageQuery } from "@/ui/usage/usage-queries";
import { sumOf } from "@/ui/usage/usage-sums";

const route = getRouteApi("/usage");

export function UsagePage() {
  const { days = 30, agent, model, user } = route.useSearch();
  const navigate = route.useNavigate();
  const search: UsageSearch = { days, agent, model, user };
  const change = (next: Partial<UsageSearch>) =>
    void navigate({
      search: (now) =>
        Object.fromEntries(
          Object.entries({ ...now, ...next }).filter(([name, value]) => value !== undefined && !(name === "days" && value === 30)),
        ),
      replace: next.days !== undefined,
    });
  return (
    <PageFrame
      title="Usage"
      description="What the agents have used. A day begins at midnight UTC."
      actions={<AsCode request={{ method: "GET", path: usagePath("day", search) }} description="Sums what was used, by day." />}
    >
      <div className="mb-5 flex flex-wrap items-center gap-2">
        <Choices
          label="Which days"
          value={String(days)}
          choices={RANGES.map((range) => ({ value: String(range), label: `${range} days` }))}
          onChange={(value) => change({ days: RANGES.find((range) => String(range) === value) ?? 30 })}
        />
        <UsageChips search={search} onRemove={(kind) => change({ [kind]: undefined })} />
      </div>
      <Figures search={search} onChange={change} />
    </PageFrame>
  );
}

function Figures({ search, onChange }: { search: UsageSearch; onChange: (next: Partial<UsageSearch>) => void }) {
  const { data: groups, error, refetch } = useQuery(usageQuery("day", search));
  const { data: health } = useQuery(healthQuery());
  const mayManage = useMayManage();
  if (error && !groups) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!groups) return <Loading />;
  const isUnused = groups.every(({ turns, model_calls }) => turns === 0 && model_calls === 0);
  if (isUnused) return <Unused days={search.days} onLonger={() => onChange({ days: 90 })} />;
  const hasOthers = mayManage && health !== undefined && health.auth_mode !== "none";
  return (
    <>
      <UsageCharts groups={groups} sums={sumOf(groups)} />
      <DayTable groups={groups} />
      {!search.agent && (
        <Breakdown title="By agent" noun="Agent" groupBy="agent" search={search} onChoose={(agent) => onChange({ agent })} />
      )}
      {!search.model && (
        <Breakdown title="By model" noun="Model" groupBy="model" search={search} onChoose={(model) => onChange({ model })} />
      )}
      {hasOthers && !search.user && (
        <Breakdown title="By user" noun="User" groupBy="user" search={search} onChoose={(user) => onChange({ user })} />
      )}
    </>
  );
}

const Unused = ({ days, onLonger }: { days: UsageSearch["days"]; onLonger: () => void }) => (
  <EmptyState
    icon={ChartNoAxesColumn}
    title={`Nothing was used in these ${days} days`}
    action={
      days === 90 ? (
        <Link to="/" className={buttonClasses("primary")}>
          New chat
        </Link>
      ) : (
        <Button onClick={onLonger}>Look at 90 days</Button>
      )
    }
  >
    Tokens, cost and turns are counted from the first chat on.
  </EmptyState>
);
