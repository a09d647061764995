import { Link } from "@tanstack/react-router";
import { Bot, MessageSquarePlus } from "lucide-react";
import type { Agent } from "@/domain/agent";
import { Badge } from "@/ui/parts/badge";
import { buttonClasses } from "@/ui/parts/button";

/** So many tags are shown beside a name. */
const MOST_TAGS = 4;

export function AgentRow({ agent: { id, name, description, tags, capabilities, visibility, status } }: { agent: Agent }) {
  return (
    <li className="relative flex items-center gap-3 px-4 py-3.5 transition-colors first:rounded-t-xl last:rounded-b-xl hover:bg-panel">
      <Bot size={20} aria-hidden className="shrink-0 self-start text-accent" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to="/agents/$agentId"
            params={{ agentId: id }}
            className="min-w-0 max-w-full truncate font-medium after:absolute after:inset-0"
            title={name}
          >
            {name}
          </Link>
          {visibility === "shared" && <Badge look="accent">Shared</Badge>}
          {tags.slice(0, MOST_TAGS).map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
          {tags.length > MOST_TAGS && <span className="text-faint text-xs">{`+${tags.length - MOST_TAGS}`}</span>}
        </p>
        {description && <p className="mt-0.5 line-clamp-2 text-muted text-sm [overflow-wrap:anywhere]">{description}</p>}
        <p className="mt-0.5 text-faint text-xs">
          {capabilities.length === 0
            ? "No capabilities"
            : capabilities.length === 1
              ? "1 capability"
              : `${capabilities.length} capabilities`}
        </p>
      </div>
      {status === "active" && (
        <Link to="/" search={{ agent: id }} aria-label={`Open a chat with ${name}`} className={buttonClasses("plain", "relative")}>
          <MessageSquarePlus size={16} aria-hidden />
          <span className="max-sm:hidden">Chat</span>
        </Link>
      )}
    </li>
  );
}
