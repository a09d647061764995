import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Archive, Bot, FileUp, Plus, SearchX } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { agentListPath, agentListQuery } from "@/ui/agents/agent-queries";
import { AgentRow } from "@/ui/agents/agent-row";
import { ImportAgent } from "@/ui/agents/import-agent";
import { agentsQuery } from "@/ui/api/queries";
import { AsCode } from "@/ui/parts/as-code";
import { Button, buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";
import { PageFrame } from "@/ui/parts/page-frame";
import { SearchField } from "@/ui/parts/search-field";
import { Choices } from "@/ui/parts/switch";
import { classes } from "@/ui/platform/class-names";

const route = getRouteApi("/agents");

export function AgentsPage() {
  const { search = "", tag, archived = false } = route.useSearch();
  const navigate = route.useNavigate();
  const [isImporting, setIsImporting] = useState(false);
  const filter = { search: useDeferredValue(search.trim()), tag, isArchived: archived };
  const found = useInfiniteQuery(agentListQuery(filter));
  const agents = found.data?.pages.flatMap(({ items }) => items);
  const isSifted = filter.search !== "" || tag !== undefined;
  const change = (next: { search?: string; tag?: string | undefined; archived?: boolean }) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  return (
    <PageFrame
      title="Agents"
      description="Each has its own instructions, model and capabilities."
      actions={
        <>
          <AsCode request={{ method: "GET", path: agentListPath(filter) }} description="Lists these agents." />
          <Button onClick={() => setIsImporting(true)}>
            <FileUp size={16} aria-hidden />
            Import
          </Button>
          <NewAgent />
        </>
      }
    >
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <SearchField label="Search agents" value={search} onChange={(words) => change({ search: words })} className="min-w-48 flex-1" />
        <Choices
          label="Which agents"
          value={archived ? "archived" : "active"}
          choices={[
            { value: "active", label: "In use" },
            { value: "archived", label: "Archived" },
          ]}
          onChange={(value) => change({ archived: value === "archived" })}
        />
      </div>
      <Tags chosen={tag} onChoose={(next) => change({ tag: next })} />
      {found.error && !agents && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Loading />}
      {agents && agents.length > 0 && (
        <ul aria-label="Agents" className="divide-y divide-line rounded-xl border border-line">
          {agents.map((agent) => (
            <AgentRow key={agent.id} agent={agent} />
          ))}
        </ul>
      )}
      <MoreButton query={found}>Show more agents</MoreButton>
      {agents?.length === 0 && <Empty isSifted={isSifted} isArchived={archived} onClear={() => change({ search: "", tag: undefined })} />}
      <ImportAgent isOpen={isImporting} onClose={() => setIsImporting(false)} />
    </PageFrame>
  );
}

const NewAgent = () => (
  <Link to="/agents/new" className={buttonClasses("primary")}>
    <Plus size={16} aria-hidden />
    New agent
  </Link>
);

/** The tags of all agents in use, one of which may sift the list. */
function Tags({ chosen, onChoose }: { chosen: string | undefined; onChoose: (tag: string | undefined) => void }) {
  const { data: agents = [] } = useQuery(agentsQuery());
  const tags = [...new Set([...agents.flatMap((agent) => agent.tags), ...(chosen ? [chosen] : [])])].sort();
  if (tags.length === 0) return null;
  return (
    <fieldset className="mb-4 flex max-h-24 flex-wrap gap-1.5 overflow-y-auto p-0.5">
      <legend className="sr-only">Tags</legend>
      {tags.map((tag) => (
        <button
          key={tag}
          type="button"
          aria-pressed={tag === chosen}
          onClick={() => onChoose(tag === chosen ? undefined : tag)}
          className={classes(
            "max-w-60 truncate rounded-full border px-2.5 py-0.5 text-sm transition-colors pointer-coarse:py-1.5",
            tag === chosen ? "border-primary bg-primary text-on-primary" : "border-line text-muted hover:bg-hover hover:text-ink",
          )}
        >
          {tag}
        </button>
      ))}
    </fieldset>
  );
}

function Empty({ isSifted, isArchived, onClear }: { isSifted: boolean; isArchived: boolean; onClear: () => void }) {
  if (isSifted)
    return (
      <EmptyState icon={SearchX} title="No agent is like this" action={<Button onClick={onClear}>Show all</Button>}>
        None has these words in its name or description, or this tag.
      </EmptyState>
    );
  if (isArchived)
    return (
      <EmptyState icon={Archive} title="No agent is archived">
        An archived agent is hidden here, with its chats, until it is restored.
      </EmptyState>
    );
  return (
    <EmptyState icon={Bot} title="There is no agent yet" action={<NewAgent />}>
      An agent is a model with instructions and capabilities. Make one, or import one from a Markdown file.
    </EmptyState>
  );
}
