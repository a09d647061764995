import { Link } from "@tanstack/react-router";
import type { Session } from "@/domain/session";
import { Table } from "@/ui/parts/table";
import { formatCost, formatFull, formatTokens, formatWhen } from "@/ui/platform/format";
import { SessionMenu } from "./session-menu";
import { SessionStatus } from "./session-status";

type Props = {
  caption: string;
  sessions: readonly Session[];
  /** The name of a chat's agent, where the list is of several. */
  agentNameOf?: (session: Session) => string | undefined;
  onTag?: (tag: string) => void;
};

/** So many tags are shown beside a title. */
const MOST_TAGS = 3;

/** Chats with what they used, and what can be done with each. */
export function SessionTable({ caption, sessions, agentNameOf, onTag }: Props) {
  return (
    <Table
      caption={caption}
      rows={sessions}
      keyOf={({ id }) => id}
      columns={[
        { title: "Chat", cell: (session) => <Title session={session} agentName={agentNameOf?.(session)} onTag={onTag} /> },
        ...(agentNameOf
          ? [
              {
                title: "Agent",
                isExtra: true,
                cell: (session: Session) => (
                  <span className="line-clamp-2 max-w-44 text-muted [overflow-wrap:anywhere]">{agentNameOf(session)}</span>
                ),
              },
            ]
          : []),
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
          isExtra: true,
          cell: ({ updated_at }) => <LastChange at={updated_at} />,
        },
        { title: "Actions", isNumber: true, isTitleQuiet: true, cell: (session) => <SessionMenu session={session} /> },
      ]}
    />
  );
}

type TitleProps = { session: Session; agentName: string | undefined; onTag: ((tag: string) => void) | undefined };

function Title({ session: { id, title, status, tags, updated_at }, agentName, onTag }: TitleProps) {
  return (
    <>
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Link
          to="/sessions/$sessionId"
          params={{ sessionId: id }}
          title={title ?? undefined}
          className="line-clamp-2 font-medium underline-offset-4 [overflow-wrap:anywhere] hover:underline"
        >
          {title ?? "New chat"}
        </Link>
        <SessionStatus status={status} />
        {onTag &&
          tags.slice(0, MOST_TAGS).map((tag) => (
            <button
              key={tag}
              type="button"
              onClick={() => onTag(tag)}
              title={`Only chats with the tag ${tag}`}
              className="max-w-40 truncate rounded-full border border-line max-md:hidden px-2 py-px text-muted text-xs hover:border-line-strong hover:text-ink pointer-coarse:py-1.5"
            >
              {tag}
            </button>
          ))}
        {onTag && tags.length > MOST_TAGS && <span className="text-faint text-xs max-md:hidden">{`+${tags.length - MOST_TAGS}`}</span>}
      </span>
      <span className="mt-0.5 flex gap-2 text-faint text-xs md:hidden">
        {agentName && <span className="line-clamp-1 min-w-0 [overflow-wrap:anywhere]">{agentName}</span>}
        <LastChange at={updated_at} />
      </span>
    </>
  );
}

const LastChange = ({ at }: { at: string }) => (
  <time dateTime={at} title={formatFull(at)} className="shrink-0 whitespace-nowrap">
    {formatWhen(at)}
  </time>
);
