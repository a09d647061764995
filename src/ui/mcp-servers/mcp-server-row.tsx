import { Link } from "@tanstack/react-router";
import { Plug } from "lucide-react";
import type { McpServer } from "@/domain/mcp-server";
import { Badge } from "@/ui/parts/badge";

export const McpServerRow = ({ server }: { server: McpServer }) => (
  <li className="relative flex items-start gap-3 px-4 py-3.5 transition-colors first:rounded-t-xl last:rounded-b-xl hover:bg-panel">
    <Plug size={18} aria-hidden className="mt-0.5 shrink-0 text-accent" />
    <div className="min-w-0 flex-1">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Link to="/mcp-servers/$serverId" params={{ serverId: server.id }} className="font-medium after:absolute after:inset-0">
          {server.name}
        </Link>
        <McpServerBadges server={server} />
      </p>
      <p className="truncate text-muted text-sm">{server.url ?? "A program on this machine"}</p>
      {server.last_error && <p className="mt-0.5 line-clamp-2 text-danger text-sm [overflow-wrap:anywhere]">{server.last_error}</p>}
    </div>
    <span className="shrink-0 text-faint text-sm">{server.tools.length === 1 ? "1 tool" : `${server.tools.length} tools`}</span>
  </li>
);

/** What one should know of a server at a glance. */
export const McpServerBadges = ({ server }: { server: McpServer }) => (
  <>
    {server.status === "disabled" && <Badge>Disabled</Badge>}
    {server.is_configured && <Badge>From the configuration file</Badge>}
    {server.last_error && <Badge look="danger">Not reached</Badge>}
    {server.changed_tools && <Badge look="warn">Changed tools wait for you</Badge>}
    {server.oauth?.is_signed_in === false && <Badge look="warn">Not signed in</Badge>}
    {server.status === "active" && server.checked_at === null && <Badge look="warn">Not tested yet</Badge>}
  </>
);
