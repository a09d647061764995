import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { PlugZap, Unplug } from "lucide-react";
import { useEffect } from "react";
import type { McpServer, McpServerTest } from "@/domain/mcp-server";
import { ApiError, api, wordsOf } from "@/ui/api/client";
import { useMayManage } from "@/ui/api/use-may-manage";
import { ChangedTools } from "@/ui/mcp-servers/changed-tools";
import { DeleteMcpServer } from "@/ui/mcp-servers/delete-mcp-server";
import { McpServerForm } from "@/ui/mcp-servers/mcp-server-form";
import { mcpServerChanged, mcpServerQuery } from "@/ui/mcp-servers/mcp-server-queries";
import { McpServerBadges } from "@/ui/mcp-servers/mcp-server-row";
import { McpToolList } from "@/ui/mcp-servers/mcp-tool-list";
import { SignInButton } from "@/ui/mcp-servers/sign-in-button";
import { Button, buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { Outcome } from "@/ui/parts/outcome";
import { PageFrame } from "@/ui/parts/page-frame";
import { Section } from "@/ui/parts/section";
import { formatFull } from "@/ui/platform/format";
import { takeMade } from "@/ui/platform/just-made";

const route = getRouteApi("/mcp-servers/$serverId");

export function McpServerPage() {
  const { serverId } = route.useParams();
  const { data: server, error, refetch } = useQuery(mcpServerQuery(serverId));
  if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return <NoServer />;
  if (error && !server) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!server) return <Loading />;
  return <Server key={server.id} server={server} />;
}

function Server({ server }: { server: McpServer }) {
  const mayManage = useMayManage();
  const test = useMutation({
    mutationFn: () => api.post<McpServerTest>(`/v1/mcp-servers/${server.id}/test`),
    onSuccess: (outcome) => mcpServerChanged(outcome.server),
  });
  useEffect(() => {
    if (takeMade(server.id)) test.mutate();
  }, [server.id, test.mutate]);
  return (
    <PageFrame
      title={server.name}
      description={
        <span className="flex flex-wrap items-center gap-2">
          {server.checked_at ? `Last asked on ${formatFull(server.checked_at)}` : "An MCP server"}
          <McpServerBadges server={server} />
        </span>
      }
      back={{ to: "/mcp-servers", label: "MCP servers" }}
      actions={
        mayManage && (
          <>
            {server.oauth && <SignInButton server={server} />}
            <Button look="primary" isBusy={test.isPending} onClick={() => test.mutate()}>
              <PlugZap size={16} aria-hidden />
              Test
            </Button>
            {!server.is_configured && <DeleteMcpServer server={server} />}
          </>
        )
      }
    >
      <div className="mb-8 grid grid-cols-1 gap-3 empty:hidden">
        {test.error && <Outcome kind="failure">{wordsOf(test.error)}</Outcome>}
        {test.data && <Outcome kind={test.data.ok ? "ok" : "failure"}>{test.data.message}</Outcome>}
        {!test.data && server.last_error && <Outcome kind="failure">{server.last_error}</Outcome>}
        {server.is_configured && <Outcome kind="note">It stands in the operator's configuration file, and is changed there.</Outcome>}
        {!mayManage && <Outcome kind="note">An administrator can change this.</Outcome>}
      </div>
      {server.changed_tools && <ChangedTools server={server} changed={server.changed_tools} mayAccept={mayManage} />}
      {mayManage && !server.is_configured && (
        <Section title="Settings">
          <McpServerForm server={server} />
        </Section>
      )}
      <Section
        title="Tools"
        description={
          <>
            Agents get them with the capability <code className="font-mono text-xs">{`mcp:${server.name}`}</code>.
          </>
        }
      >
        <McpToolList tools={server.tools} isChecked={server.checked_at !== null} />
      </Section>
    </PageFrame>
  );
}

const NoServer = () => (
  <EmptyState
    icon={Unplug}
    title="This server is not here"
    action={
      <Link to="/mcp-servers" className={buttonClasses("primary")}>
        All MCP servers
      </Link>
    }
  >
    It may have been deleted.
  </EmptyState>
);
