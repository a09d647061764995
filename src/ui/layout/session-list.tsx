import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import type { Session } from "@/domain/session";
import { wordsOf } from "@/ui/api/client";
import { agentsQuery, sessionsQuery } from "@/ui/api/queries";
import { classes } from "@/ui/platform/class-names";
import { formatFull, formatWhen } from "@/ui/platform/format";

/** The chats over all agents, the newest first, by the day of their last change. */
export function SessionList() {
  const [search, setSearch] = useState("");
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery(
    sessionsQuery(useDeferredValue(search.trim())),
  );
  const { data: agents } = useQuery(agentsQuery());
  const nameOf = new Map(agents?.map(({ id, name }) => [id, name]));
  const sessions = data?.pages.flatMap(({ items }) => items) ?? [];
  const isSearched = search.trim() !== "";
  return (
    <>
      <div className="relative px-3 pb-2">
        <Search size={15} aria-hidden className="-translate-y-1/2 absolute top-[calc(50%-4px)] left-6 text-faint" />
        <input
          type="search"
          aria-label="Search chats by title"
          placeholder="Search chats"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
          className="h-9 w-full rounded-lg border border-transparent bg-transparent pr-8 pl-9 text-sm outline-none placeholder:text-faint hover:bg-hover focus:border-line-strong focus:bg-canvas [&::-webkit-search-cancel-button]:hidden"
        />
        {isSearched && (
          <button
            type="button"
            aria-label="Clear the search"
            onClick={() => setSearch("")}
            className="-translate-y-1/2 absolute top-[calc(50%-4px)] right-5 grid size-6 place-items-center rounded text-muted hover:text-ink"
          >
            <X size={14} />
          </button>
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {error && (
          <p className="px-2.5 py-3 text-danger text-sm">
            {wordsOf(error)}{" "}
            <button type="button" className="underline" onClick={() => void refetch()}>
              Try again
            </button>
          </p>
        )}
        {!isPending && !error && sessions.length === 0 && (
          <p className="px-2.5 py-3 text-faint text-sm">
            {isSearched ? "No chat has this in its title." : "Your chats will be listed here."}
          </p>
        )}
        {groupsOf(sessions).map(([title, items]) => (
          <section key={title} aria-label={title}>
            <h2 className="px-2.5 pt-3 pb-1 font-medium text-faint text-xs">{title}</h2>
            <ul>
              {items.map((session) => (
                <li key={session.id}>
                  <SessionLink session={session} agentName={nameOf.get(session.agent_id)} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        {hasNextPage && (
          <button
            type="button"
            disabled={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
            className="mt-2 w-full rounded-lg px-2.5 py-2 text-left text-muted text-sm hover:bg-hover"
          >
            {isFetchingNextPage ? "Loading…" : "Show earlier chats"}
          </button>
        )}
      </div>
    </>
  );
}

function SessionLink({ session, agentName }: { session: Session; agentName: string | undefined }) {
  const title = session.title ?? "New chat";
  return (
    <Link
      to="/sessions/$sessionId"
      params={{ sessionId: session.id }}
      title={title}
      className="group block rounded-lg px-2.5 py-1.5 text-muted hover:bg-hover hover:text-ink pointer-coarse:py-2.5"
      activeProps={{ className: "bg-hover text-ink!", "aria-current": "page" }}
    >
      <span className="flex items-center gap-2 text-sm">
        <span className="min-w-0 flex-1 truncate">{title}</span>
        <StatusDot status={session.status} />
      </span>
      <span className="flex gap-2 text-faint text-xs">
        <span className="min-w-0 flex-1 truncate">{agentName ?? "Archived agent"}</span>
        <time dateTime={session.updated_at} title={formatFull(session.updated_at)} className="shrink-0">
          {formatWhen(session.updated_at)}
        </time>
      </span>
    </Link>
  );
}

const STATUS: Partial<Record<Session["status"], { words: string; look: string }>> = {
  running: { words: "Running", look: "bg-accent animate-pulse-soft" },
  waiting: { words: "Waits for you", look: "bg-warn" },
  failed: { words: "Failed", look: "bg-danger" },
};

function StatusDot({ status }: Pick<Session, "status">) {
  const shown = STATUS[status];
  if (!shown) return null;
  return (
    <span title={shown.words} className={classes("size-2 shrink-0 rounded-full", shown.look)}>
      <span className="sr-only">{shown.words}</span>
    </span>
  );
}

const DAY_MS = 86_400_000;

function groupsOf(sessions: readonly Session[]): [string, Session[]][] {
  const today = new Date().setHours(0, 0, 0, 0);
  const groups = Map.groupBy(sessions, ({ updated_at }) => {
    const at = Date.parse(updated_at);
    if (at >= today) return "Today";
    if (at >= today - DAY_MS) return "Yesterday";
    return at >= today - 7 * DAY_MS ? "The last seven days" : "Earlier";
  });
  return [...groups];
}
