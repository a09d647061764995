import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleCheck, LoaderCircle } from "lucide-react";
import { useState } from "react";
import { queryClient } from "@/ui/api/queries";
import { openSession } from "@/ui/chat/chat-actions";
import { Button } from "@/ui/parts/button";
import { SelectField } from "@/ui/parts/field";
import { notifyFailure } from "@/ui/parts/notify";
import { AGENT_TEMPLATES, type AgentTemplate, createFromTemplate } from "./agent-templates";
import { type Connected, makeDefault } from "./provider-choices";

/** What the first agent is for: one press makes it and opens a chat with it. */
export function ChooseAgent({ connected, onBack }: { connected: Connected | null; onBack: (() => void) | undefined }) {
  const navigate = useNavigate();
  const [modelId, setModelId] = useState(() => connected?.models.find(({ is_default }) => is_default)?.id ?? "");
  const { mutate, isPending, variables } = useMutation({
    mutationFn: async (template: AgentTemplate) => {
      const agent = await createFromTemplate(template);
      const session = await openSession(agent.id);
      await navigate({ to: "/sessions/$sessionId", params: { sessionId: session.id } });
      // Only now: with an agent there is no first run any more, and this page would be gone.
      await queryClient.invalidateQueries({ queryKey: ["agents"] });
    },
    onError: notifyFailure,
  });
  return (
    <>
      {connected && (
        <p role="status" className="mb-5 flex items-start gap-2.5 rounded-xl border border-line bg-panel px-4 py-3 text-sm">
          <CircleCheck size={17} aria-hidden className="mt-0.5 shrink-0 text-ok" />
          {connected.words}
        </p>
      )}
      {connected && connected.models.length > 1 && (
        <div className="mb-6">
          <SelectField
            label="Model that answers unless another is chosen"
            value={modelId}
            onChange={({ target }) => {
              const model = connected.models.find(({ id }) => id === target.value);
              setModelId(target.value);
              if (model) void makeDefault(model).catch(notifyFailure);
            }}
          >
            {connected.models.map(({ id, display_name }) => (
              <option key={id} value={id}>
                {display_name}
              </option>
            ))}
          </SelectField>
        </div>
      )}
      <ul className="grid gap-3 sm:grid-cols-3">
        {AGENT_TEMPLATES.map((template) => {
          const Icon = isPending && variables === template ? LoaderCircle : template.icon;
          return (
            <li key={template.name}>
              <button
                type="button"
                disabled={isPending}
                onClick={() => mutate(template)}
                className="flex h-full w-full flex-col items-start gap-2 rounded-2xl border border-line p-4 text-left transition-colors hover:border-primary hover:bg-panel disabled:opacity-60"
              >
                <span className="grid size-9 place-items-center rounded-xl bg-hover text-accent">
                  <Icon size={18} aria-hidden className={isPending && variables === template ? "animate-spin" : ""} />
                </span>
                <span className="font-medium">{template.name}</span>
                <span className="text-muted text-sm">{template.description}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {onBack && (
        <Button look="quiet" className="-ml-3 mt-6" onClick={onBack}>
          Back to the model
        </Button>
      )}
    </>
  );
}
