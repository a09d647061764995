import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { MessagesSquare, SearchX, SquarePen } from "lucide-react";
import { useDeferredValue } from "react";
import { AsCode } from "@/ui/parts/as-code";
import { Button, buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";
import { PageFrame } from "@/ui/parts/page-frame";
import { Section } from "@/ui/parts/section";
import { formatCount } from "@/ui/platform/format";
import { MessageHits } from "@/ui/sessions/message-hits";
import { type Filters, SessionFilters } from "@/ui/sessions/session-filters";
import { allAgentsQuery, messageHitsQuery, type SessionSearch, sessionListPath, sessionListQuery } from "@/ui/sessions/session-queries";
import { SessionTable } from "@/ui/sessions/session-table";

const route = getRouteApi("/sessions");

export function SessionsPage() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const { data: agents = [] } = useQuery(allAgentsQuery());
  const nameOf = new Map(agents.map(({ id, name }) => [id, name]));
  const search: SessionSearch = {
    words: useDeferredValue((filters.q ?? "").trim()),
    status: filters.status,
    agent: filters.agent,
    tag: filters.tag,
  };
  // What is taken off is not in the address at all.
  const change = (next: Filters) =>
    void navigate({
      search: (now) => Object.fromEntries(Object.entries({ ...now, ...next }).filter(([, value]) => value !== undefined)),
      replace: true,
    });
  return (
    <PageFrame
      title="All chats"
      description="Over all agents, the newest first."
      actions={
        <>
          <AsCode request={{ method: "GET", path: sessionListPath(search) }} description="Lists these chats." />
          <NewChat />
        </>
      }
    >
      <SessionFilters filters={filters} agents={agents} onChange={change} />
      <Chats
        search={search}
        nameOf={nameOf}
        onTag={(tag) => change({ tag })}
        onClear={() => void navigate({ search: {}, replace: true })}
      />
    </PageFrame>
  );
}

const NewChat = () => (
  <Link to="/" className={buttonClasses("primary")}>
    <SquarePen size={16} aria-hidden />
    New chat
  </Link>
);

type ChatsProps = {
  search: SessionSearch;
  nameOf: ReadonlyMap<string, string>;
  onTag: (tag: string) => void;
  onClear: () => void;
};

function Chats({ search, nameOf, onTag, onClear }: ChatsProps) {
  const found = useInfiniteQuery(sessionListQuery(search));
  const hits = useInfiniteQuery(messageHitsQuery(search));
  const sessions = found.data?.pages.flatMap(({ items }) => items);
  if (found.error && !sessions) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!sessions) return <Loading />;
  const total = found.data?.pages[0]?.total ?? 0;
  const isSifted = Object.values(search).some(Boolean);
  if (total === 0 && !isSifted)
    return (
      <EmptyState icon={MessagesSquare} title="There is no chat yet" action={<NewChat />}>
        What is said with your agents will be listed here.
      </EmptyState>
    );
  const list = (
    <>
      {sessions.length > 0 && (
        <SessionTable
          caption="All chats"
          sessions={sessions}
          agentNameOf={({ agent_id }) => nameOf.get(agent_id) ?? "Another agent"}
          onTag={onTag}
        />
      )}
      <MoreButton query={found}>Show earlier chats</MoreButton>
    </>
  );
  const isSearched = search.words.length > 1;
  if (isSearched && (total > 0 || hits.isPending || hits.error || hits.data?.pages[0]?.total))
    return (
      <>
        <Section title="Chats" description={`${total === 0 ? "None" : formatCount(total)} with these words in the title`}>
          {list}
        </Section>
        <MessageHits search={search} agentNameOf={(id) => nameOf.get(id)} />
      </>
    );
  if (total === 0)
    return (
      <EmptyState icon={SearchX} title="No chat is like this" action={<Button onClick={onClear}>Show all</Button>}>
        {search.words === "" ? "None has this status, this agent and this tag." : "None has these words in its title or its messages."}
      </EmptyState>
    );
  return list;
}
