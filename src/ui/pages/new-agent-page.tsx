import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Agent } from "@/domain/agent";
import { type AgentDraft, bodyOf, emptyDraft } from "@/ui/agents/agent-draft";
import { AgentForm } from "@/ui/agents/agent-form";
import { agentChanged } from "@/ui/agents/agent-queries";
import { AgentTemplates } from "@/ui/agents/agent-templates";
import { api } from "@/ui/api/client";
import { agentsQuery } from "@/ui/api/queries";
import { Loading } from "@/ui/parts/loading";
import { notify } from "@/ui/parts/notify";
import { PageFrame } from "@/ui/parts/page-frame";
import { useDraft } from "@/ui/parts/use-draft";

export function NewAgentPage() {
  // What this server knows of agents is seen at any of them.
  const { data: agents, isPending } = useQuery(agentsQuery());
  return (
    <PageFrame title="New agent" back={{ to: "/agents", label: "Agents" }}>
      {isPending ? <Loading /> : <NewAgent empty={emptyDraft(agents?.[0])} />}
    </PageFrame>
  );
}

function NewAgent({ empty }: { empty: AgentDraft }) {
  const navigate = useNavigate();
  const draft = useDraft(empty);
  const body = bodyOf(draft.fields);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.post<Agent>("/v1/agents", body),
    onSuccess: (agent) => {
      agentChanged(agent);
      notify(`${agent.name} is here.`);
      void navigate({ to: "/agents/$agentId", params: { agentId: agent.id }, ignoreBlocker: true });
    },
  });
  return (
    <>
      <AgentTemplates isShown={!draft.isChanged} onChoose={draft.set} />
      <AgentForm
        label="New agent"
        action="Create the agent"
        draft={draft}
        isSaving={isPending}
        error={error}
        onSave={mutate}
        onDiscard={draft.discard}
        request={{ request: { method: "POST", path: "/v1/agents", body }, description: "Creates the agent as it stands in the form." }}
      />
    </>
  );
}
