import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { LlmProvider } from "@/domain/llm-provider";
import { api } from "@/ui/api/client";
import { bodyOfProvider, emptyProvider, PROVIDER_FIELDS } from "@/ui/llm-providers/provider-draft";
import { nameOf, ProviderFields } from "@/ui/llm-providers/provider-fields";
import { modelsChanged } from "@/ui/llm-providers/provider-queries";
import { isType } from "@/ui/llm-providers/provider-words";
import { Form } from "@/ui/parts/form";
import { PageFrame } from "@/ui/parts/page-frame";
import { useDraft } from "@/ui/parts/use-draft";
import { rememberMade } from "@/ui/platform/just-made";

const route = getRouteApi("/providers/new");

export function NewProviderPage() {
  const { name, type, address } = route.useSearch();
  const navigate = route.useNavigate();
  const [begun] = useState(() => {
    const known = isType(type) ? type : "anthropic";
    return emptyProvider({ name: name ?? nameOf(known), type: known, address: address ?? "" });
  });
  const draft = useDraft(begun);
  const body = bodyOfProvider(draft.fields);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.post<LlmProvider>("/v1/llm-providers", body),
    onSuccess: (provider) => {
      void modelsChanged();
      rememberMade(provider.id);
      void navigate({ to: "/providers/$providerId", params: { providerId: provider.id }, ignoreBlocker: true });
    },
  });
  return (
    <PageFrame
      title="Add a provider"
      description="It is tested right away, and its models are read from it."
      back={{ to: "/providers", label: "Providers" }}
    >
      <Form
        label="New provider"
        action="Add and test"
        isChanged={draft.isChanged}
        mayBeUntouched
        isSaving={isPending}
        error={error}
        fields={PROVIDER_FIELDS}
        onSave={mutate}
        request={{
          request: { method: "POST", path: "/v1/llm-providers", body },
          description: "Adds the provider as it stands in the form.",
        }}
      >
        <ProviderFields draft={draft} error={error} />
      </Form>
    </PageFrame>
  );
}
