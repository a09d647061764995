import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plug, Plus } from "lucide-react";
import { useMayManage } from "@/ui/api/use-may-manage";
import { mcpServersQuery } from "@/ui/mcp-servers/mcp-server-queries";
import { McpServerRow } from "@/ui/mcp-servers/mcp-server-row";
import { AsCode } from "@/ui/parts/as-code";
import { buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { PageFrame } from "@/ui/parts/page-frame";

export function McpServersPage() {
  const { data: servers, error, refetch } = useQuery(mcpServersQuery());
  const mayManage = useMayManage();
  return (
    <PageFrame
      title="MCP servers"
      description="Servers of the Model Context Protocol lend agents their tools. Each is a capability once its tools are accepted."
      actions={
        <>
          <AsCode request={{ method: "GET", path: "/v1/mcp-servers" }} description="Lists the MCP servers with their tools." />
          {mayManage && <AddServer />}
        </>
      }
    >
      {error && !servers && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !servers && <Loading />}
      {servers && servers.length > 0 && (
        <ul aria-label="MCP servers" className="divide-y divide-line rounded-xl border border-line">
          {servers.map((server) => (
            <McpServerRow key={server.id} server={server} />
          ))}
        </ul>
      )}
      {servers?.length === 0 && (
        <EmptyState icon={Plug} title="There is no MCP server yet" action={mayManage && <AddServer />}>
          {mayManage
            ? "Add one by its address. Programs on this machine are named in the operator's configuration file."
            : "An administrator can add one."}
        </EmptyState>
      )}
    </PageFrame>
  );
}

const AddServer = () => (
  <Link to="/mcp-servers/new" className={buttonClasses("primary")}>
    <Plus size={16} aria-hidden />
    Add a server
  </Link>
);
