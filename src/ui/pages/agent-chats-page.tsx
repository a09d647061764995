import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { MessageSquareText } from "lucide-react";
import type { Agent } from "@/domain/agent";
import type { Session } from "@/domain/session";
import { AgentFrame } from "@/ui/agents/agent-frame";
import { agentSessionsQuery } from "@/ui/agents/agent-queries";
import { Badge } from "@/ui/parts/badge";
import { buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";
import { Table } from "@/ui/parts/table";
import { formatCost, formatTokens, formatWhen } from "@/ui/platform/format";

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
      <Table
        caption={`Chats with ${agent.name}`}
        rows={sessions}
        keyOf={({ id }) => id}
        columns={[
          {
            title: "Chat",
            cell: ({ id, title, status }) => (
              <span className="flex flex-wrap items-center gap-2">
                <Link
                  to="/sessions/$sessionId"
                  params={{ sessionId: id }}
                  className="font-medium underline-offset-4 [overflow-wrap:anywhere] hover:underline"
                >
                  {title ?? "New chat"}
                </Link>
                <Status status={status} />
              </span>
            ),
          },
          { title: "Tokens", isNumber: true, isExtra: true, cell: ({ usage }) => formatTokens(usage.input_tokens + usage.output_tokens) },
          {
            title: "Cost",
            isNumber: true,
            isExtra: true,
            cell: ({ usage }) => (usage.cost_usd === null ? "" : formatCost(usage.cost_usd)),
          },
          {
            title: "Last change",
            isNumber: true,
            cell: ({ updated_at }) => (
              <time dateTime={updated_at} className="whitespace-nowrap">
                {formatWhen(updated_at)}
              </time>
            ),
          },
        ]}
      />
      <MoreButton query={found}>Show earlier chats</MoreButton>
    </>
  );
}

function Status({ status }: Pick<Session, "status">) {
  if (status === "running") return <Badge look="accent">Running</Badge>;
  if (status === "waiting") return <Badge look="warn">Waits for you</Badge>;
  if (status === "failed") return <Badge look="danger">Failed</Badge>;
  return null;
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
