import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Agent } from "@/domain/agent";
import { bodyOf, draftOf } from "@/ui/agents/agent-draft";
import { AgentForm } from "@/ui/agents/agent-form";
import { AgentFrame } from "@/ui/agents/agent-frame";
import { agentChanged } from "@/ui/agents/agent-queries";
import { api } from "@/ui/api/client";
import { notify } from "@/ui/parts/notify";
import { changesOf, useDraft } from "@/ui/parts/use-draft";

const route = getRouteApi("/agents/$agentId");

export function AgentPage() {
  const { agentId } = route.useParams();
  return <AgentFrame agentId={agentId}>{(agent) => <Settings key={agent.id} agent={agent} />}</AgentFrame>;
}

function Settings({ agent }: { agent: Agent }) {
  const path = `/v1/agents/${agent.id}`;
  const draft = useDraft(draftOf(agent));
  const [sent, setSent] = useState<object | null>(null);
  const changes = changesOf(bodyOf(draft.kept), bodyOf(draft.fields));
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => api.patch<Agent>(path, changes),
    onSuccess: (saved) => {
      setSent(changes);
      draft.keep(draftOf(saved));
      agentChanged(saved);
      notify(saved.version > agent.version ? `Saved as version ${saved.version}.` : "Saved.");
    },
  });
  return (
    <AgentForm
      label="Settings of the agent"
      action="Save"
      draft={draft}
      lostModel={agent.lost_model}
      isSaving={isPending}
      error={error}
      onSave={mutate}
      onDiscard={() => {
        draft.discard();
        reset();
      }}
      request={
        draft.isChanged
          ? { request: { method: "PATCH", path, body: changes }, description: "What saving sends: only what you changed." }
          : sent
            ? { request: { method: "PATCH", path, body: sent }, description: "What was sent when you saved." }
            : { request: { method: "GET", path }, description: "Reads this agent. Change something to see how it is saved." }
      }
    />
  );
}
