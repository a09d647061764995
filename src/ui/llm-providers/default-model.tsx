import { useMutation } from "@tanstack/react-query";
import type { LlmModelWithProvider } from "@/domain/llm-model";
import { ModelField } from "@/ui/agents/model-field";
import { api } from "@/ui/api/client";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { modelsChanged } from "./provider-queries";

/** The model that answers wherever nobody chose another. */
export function DefaultModel({ models, mayManage }: { models: readonly LlmModelWithProvider[]; mayManage: boolean }) {
  const chosen = models.find(({ is_default }) => is_default);
  const { mutate } = useMutation({
    mutationFn: (id: string) => api.patch<LlmModelWithProvider>(`/v1/llm-models/${id}`, { is_default: true }),
    onSuccess: async ({ display_name, provider_name }) => {
      await modelsChanged();
      notify(`${display_name} of ${provider_name} is the default.`);
    },
    onError: notifyFailure,
  });
  if (!mayManage)
    return chosen ? (
      <p className="mb-6 text-muted text-sm">
        The default model is <span className="font-medium text-ink">{chosen.display_name}</span> of {chosen.provider_name}.
      </p>
    ) : null;
  return (
    <div className="mb-8 max-w-md">
      <ModelField
        label="Default model"
        none={chosen ? "" : "None: choose one"}
        isNoneHidden={chosen !== undefined}
        hint="Answers wherever neither the agent nor the chat names another."
        value={chosen?.id ?? null}
        onChange={(id) => id && mutate(id)}
      />
    </div>
  );
}
