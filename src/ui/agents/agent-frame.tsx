import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BotOff } from "lucide-react";
import type { ReactNode } from "react";
import type { Agent } from "@/domain/agent";
import { ApiError } from "@/ui/api/client";
import { agentQuery } from "@/ui/api/queries";
import { buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { Outcome } from "@/ui/parts/outcome";
import { PageFrame } from "@/ui/parts/page-frame";
import { Tabs } from "@/ui/parts/tabs";
import { AgentActions } from "./agent-actions";

const TABS = [
  { label: "Settings", to: "/agents/$agentId" },
  { label: "Versions", to: "/agents/$agentId/versions" },
  { label: "Chats", to: "/agents/$agentId/chats" },
];

/** What stands around each page about one agent. */
export function AgentFrame({ agentId, children }: { agentId: string; children: (agent: Agent) => ReactNode }) {
  const { data: agent, error, refetch } = useQuery(agentQuery(agentId));
  if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return <NoAgent />;
  if (error && !agent) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!agent) return <Loading />;
  return (
    <PageFrame
      title={agent.name}
      description={`Version ${agent.version}${agent.visibility === "shared" ? " · shared with everybody here" : ""}`}
      back={{ to: "/agents", label: "Agents" }}
      actions={<AgentActions agent={agent} />}
    >
      <Tabs label="About this agent" tabs={TABS} params={{ agentId }} />
      {agent.status === "archived" && (
        <div className="mb-6">
          <Outcome kind="note">It is archived: no new chat can be opened with it until it is restored.</Outcome>
        </div>
      )}
      {children(agent)}
    </PageFrame>
  );
}

const NoAgent = () => (
  <EmptyState
    icon={BotOff}
    title="This agent is not here"
    action={
      <Link to="/agents" className={buttonClasses("primary")}>
        All agents
      </Link>
    }
  >
    The address may be mistyped, or the agent belongs to someone else.
  </EmptyState>
);
