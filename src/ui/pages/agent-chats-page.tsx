import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { MessageSquareText } from "lucide-react";
import type { Agent } from "@/domain/agent";
import { AgentFrame } from "@/ui/agents/agent-frame";
import { agentSessionsQuery } from "@/ui/agents/agent-queries";
import { buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";
import { SessionTable } from "@/ui/sessions/session-table";

const route = getRouteApi("/agents/$agentId/chats");

export function AgentChatsPage() {
  const { agentId } = route.useParams();
  return <AgentFrame agentId={agentId}>{(agent) => <Chats agent={agent} />}</AgentFrame>;
}

function Chats({ agent }: { agent: Agent }) {
  const found = useInfiniteQuery(agentSessionsQuery(agent.id));
  const sessions = found.data?.pages.flatMap(({ items }) => items);
  if (found.error && !sessions) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!sessions) return <Loading />;
  if (sessions.length === 0) return <NoChats agent={agent} />;
  return (
    <>
      <SessionTable caption={`Chats with ${agent.name}`} sessions={sessions} />
      <MoreButton query={found}>Show earlier chats</MoreButton>
    </>
  );
}

const NoChats = ({ agent }: { agent: Agent }) => (
  <EmptyState
    icon={MessageSquareText}
    title="There is no chat with it yet"
    action={
      agent.status === "active" && (
        <Link to="/" search={{ agent: agent.id }} className={buttonClasses("primary")}>
          Open a chat
        </Link>
      )
    }
  >
    What is said with {agent.name} will be listed here.
  </EmptyState>
);
