import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { LlmProvider } from "@/domain/llm-provider";
import { api } from "@/ui/api/client";
import { queryClient } from "@/ui/api/queries";
import type { ApiRequest } from "@/ui/parts/api-code";
import { Form } from "@/ui/parts/form";
import { notify } from "@/ui/parts/notify";
import { changesOf, useDraft } from "@/ui/parts/use-draft";
import { bodyOfProvider, draftOfProvider, PROVIDER_FIELDS } from "./provider-draft";
import { ProviderFields } from "./provider-fields";
import { modelsChanged } from "./provider-queries";

/** The settings of a provider that is there. */
export function ProviderForm({ provider }: { provider: LlmProvider }) {
  const path = `/v1/llm-providers/${provider.id}`;
  const draft = useDraft(draftOfProvider(provider));
  const [sent, setSent] = useState<ApiRequest | null>(null);
  const changes = changesOf(bodyOfProvider(draft.kept), bodyOfProvider(draft.fields));
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => api.patch<LlmProvider>(path, changes),
    onSuccess: (saved) => {
      setSent({ method: "PATCH", path, body: changes });
      draft.keep(draftOfProvider(saved));
      queryClient.setQueryData(["llm-providers", saved.id], saved);
      void modelsChanged();
      notify("Saved.");
    },
  });
  return (
    <Form
      label="Settings of the provider"
      action="Save"
      isChanged={draft.isChanged}
      isOvertaken={draft.isOvertaken}
      isSaving={isPending}
      error={error}
      fields={PROVIDER_FIELDS}
      onSave={mutate}
      onDiscard={() => {
        draft.discard();
        reset();
      }}
      request={
        draft.isChanged
          ? { request: { method: "PATCH", path, body: changes }, description: "What saving sends: only what you changed." }
          : { request: sent ?? { method: "GET", path }, description: sent ? "What was sent when you saved." : "Reads this provider." }
      }
    >
      <ProviderFields draft={draft} provider={provider} error={error} />
    </Form>
  );
}
