import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Agent } from "@/domain/agent";
import { AgentFrame } from "@/ui/agents/agent-frame";
import { agentVersionsQuery } from "@/ui/agents/agent-queries";
import { VersionRow } from "@/ui/agents/version-row";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";

const route = getRouteApi("/agents/$agentId/versions");

export function AgentVersionsPage() {
  const { agentId } = route.useParams();
  return <AgentFrame agentId={agentId}>{(agent) => <Versions agent={agent} />}</AgentFrame>;
}

function Versions({ agent }: { agent: Agent }) {
  const found = useInfiniteQuery(agentVersionsQuery(agent.id));
  const versions = found.data?.pages.flatMap(({ items }) => items);
  if (found.error && !versions) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!versions) return <Loading />;
  return (
    <>
      <p className="mb-4 text-muted text-sm">
        Every change of how the agent answers is a version. Going back makes the old one the newest, so nothing is lost.
      </p>
      <ol aria-label="Versions, newest first" className="divide-y divide-line rounded-xl border border-line">
        {versions.map((version, index) => (
          <VersionRow key={version.version} agent={agent} version={version} before={versions[index + 1]} />
        ))}
      </ol>
      <MoreButton query={found}>Show older versions</MoreButton>
    </>
  );
}
