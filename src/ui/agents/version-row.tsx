import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronRight, History } from "lucide-react";
import { useId, useState } from "react";
import type { Agent } from "@/domain/agent";
import type { AgentVersion } from "@/domain/agent-version";
import { api, wordsOf } from "@/ui/api/client";
import { Badge } from "@/ui/parts/badge";
import { Button } from "@/ui/parts/button";
import { ConfirmDialog } from "@/ui/parts/dialog";
import { Loading } from "@/ui/parts/loading";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { Choices } from "@/ui/parts/switch";
import { classes } from "@/ui/platform/class-names";
import { formatFull } from "@/ui/platform/format";
import { agentChanged, agentVersionQuery } from "./agent-queries";
import { changedFields, VersionDiff } from "./version-diff";

type Props = {
  agent: Agent;
  version: AgentVersion /** Undefined where it is the first, or not loaded. */;
  before: AgentVersion | undefined;
};

/** A version with what it changed, unfolded by a press. */
export function VersionRow({ agent, version: { version, definition, created_at }, before }: Props) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const isCurrent = version === agent.version;
  const fields = before ? changedFields(before.definition, definition).map(({ title }) => title) : [];
  const words = version === 1 ? "The first version" : fields.length > 0 ? `Changed: ${fields.join(", ")}` : before ? "As before" : "";
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setIsOpen(!isOpen)}
          className="flex min-w-0 flex-1 items-start gap-2 rounded-lg text-left"
        >
          <ChevronRight size={17} aria-hidden className={classes("mt-1 shrink-0 text-faint transition-transform", isOpen && "rotate-90")} />
          <span className="min-w-0">
            <span className="flex flex-wrap items-center gap-x-2">
              <span className="font-medium">{`Version ${version}`}</span>
              {isCurrent && <Badge look="ok">Current</Badge>}
              <time dateTime={created_at} className="text-faint text-sm">
                {formatFull(created_at)}
              </time>
            </span>
            <span className="block text-muted text-sm">{words}</span>
          </span>
        </button>
        {!isCurrent && agent.status === "active" && <RollBack agent={agent} version={version} />}
      </div>
      {isOpen && (
        <div id={id} className="mt-4 sm:ml-6">
          <Changes agent={agent} version={version} definition={definition} />
        </div>
      )}
    </li>
  );
}

function Changes({ agent, version, definition }: { agent: Agent } & Pick<AgentVersion, "version" | "definition">) {
  const [against, setAgainst] = useState<"before" | "now">(version === 1 ? "now" : "before");
  const other = against === "before" ? version - 1 : agent.version;
  const { data, error } = useQuery(agentVersionQuery(agent.id, Math.max(1, other)));
  return (
    <div className="grid grid-cols-1 gap-4">
      {version > 1 && version < agent.version && (
        <Choices
          label="Compare with"
          value={against}
          choices={[
            { value: "before", label: "What it changed" },
            { value: "now", label: "What going back would change" },
          ]}
          onChange={setAgainst}
        />
      )}
      {error && <Outcome kind="failure">{wordsOf(error)}</Outcome>}
      {!error && !data && <Loading />}
      {version === agent.version && version === 1 ? (
        <VersionDiff before={null} next={definition} />
      ) : (
        data && <VersionDiff before={data.definition} next={definition} />
      )}
    </div>
  );
}

function RollBack({ agent, version }: { agent: Agent; version: number }) {
  const [isAsked, setIsAsked] = useState(false);
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.post<Agent>(`/v1/agents/${agent.id}/rollback`, { version }),
    onSuccess: (changed) => {
      agentChanged(changed);
      notify(`It is again as in version ${version}, as version ${changed.version}.`);
    },
    onError: notifyFailure,
  });
  return (
    <>
      <Button isBusy={isPending} aria-label={`Go back to version ${version}`} onClick={() => setIsAsked(true)}>
        <History size={16} aria-hidden />
        Go back
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={`Go back to version ${version}?`}
        description={`${agent.name} becomes what it was then, as the new version ${agent.version + 1}.`}
        action="Go back"
        onConfirm={() => mutate()}
      />
    </>
  );
}
