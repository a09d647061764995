import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { SearchHit } from "@/domain/search-hit";
import { ErrorState } from "@/ui/parts/error-state";
import { MarkedText } from "@/ui/parts/marked-text";
import { MoreButton } from "@/ui/parts/more-button";
import { Section } from "@/ui/parts/section";
import { formatCount, formatFull, formatWhen } from "@/ui/platform/format";
import { messageHitsQuery, type SessionSearch } from "./session-queries";

/** The server counts no further. */
const MOST_COUNTED = 1000;

/** Where the words were said, the newest first. */
export function MessageHits({ search, agentNameOf }: { search: SessionSearch; agentNameOf: (agentId: string) => string | undefined }) {
  const found = useInfiniteQuery(messageHitsQuery(search));
  if (search.words.length < 2) return null;
  const hits = found.data?.pages.flatMap(({ items }) => items);
  if (found.error && !hits) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!hits) return null;
  const total = found.data?.pages[0]?.total ?? 0;
  const count = total === 0 ? "None" : `${formatCount(total)}${total >= MOST_COUNTED ? " or more" : ""}`;
  return (
    <Section title="Messages" description={`${count} with these words, the newest first`}>
      {hits.length > 0 && (
        <ul aria-label="Messages with these words" className="divide-y divide-line rounded-xl border border-line">
          {hits.map((hit) => (
            <Hit key={`${hit.message_id}/${hit.sequence}`} hit={hit} agentName={agentNameOf(hit.agent_id)} />
          ))}
        </ul>
      )}
      <MoreButton query={found}>Show more messages</MoreButton>
    </Section>
  );
}

const SPEAKERS: Partial<Record<SearchHit["role"], string>> = { user: "You", tool_result: "A tool" };

function Hit({ hit, agentName }: { hit: SearchHit; agentName: string | undefined }) {
  const { session_id, session_title, turn_id, role, snippet, highlights, created_at } = hit;
  return (
    <li className="relative px-4 py-3 transition-colors first:rounded-t-xl last:rounded-b-xl hover:bg-panel">
      <p className="flex items-baseline gap-2 text-sm">
        <Link
          to="/sessions/$sessionId"
          params={{ sessionId: session_id }}
          search={turn_id ? { turn: turn_id } : {}}
          className="min-w-0 truncate font-medium after:absolute after:inset-0"
        >
          {session_title ?? "New chat"}
        </Link>
        <span className="min-w-0 max-w-40 shrink-0 truncate text-faint text-xs">{SPEAKERS[role] ?? agentName}</span>
        <time dateTime={created_at} title={formatFull(created_at)} className="ml-auto shrink-0 text-faint text-xs">
          {formatWhen(created_at)}
        </time>
      </p>
      <p className="mt-0.5 line-clamp-3 text-muted text-sm [overflow-wrap:anywhere]">
        <MarkedText text={snippet} places={highlights} />
      </p>
    </li>
  );
}
