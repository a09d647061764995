import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import type { LlmProvider } from "@/domain/llm-provider";
import { api } from "@/ui/api/client";
import { providersQuery, queryClient } from "@/ui/api/queries";
import { Button } from "@/ui/parts/button";
import { ConfirmDialog } from "@/ui/parts/dialog";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { modelsChanged } from "./provider-queries";

/** Says beforehand what goes with it. */
export function DeleteProvider({ provider, modelCount }: { provider: LlmProvider; modelCount: number }) {
  const navigate = useNavigate();
  const [isAsked, setIsAsked] = useState(false);
  const { data: providers = [] } = useQuery(providersQuery());
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.remove(`/v1/llm-providers/${provider.id}`),
    onSuccess: async () => {
      notify(`${provider.name} is deleted.`);
      await navigate({ to: "/providers", ignoreBlocker: true });
      queryClient.removeQueries({ queryKey: ["llm-providers", provider.id] });
      void modelsChanged();
    },
    onError: notifyFailure,
  });
  const simulated = providers.find(
    ({ provider_type, status, id }) => provider_type === "simulated" && status === "active" && id !== provider.id,
  );
  const goes = `Its key${modelCount > 0 ? ` and its ${modelCount === 1 ? "model" : `${modelCount} models`} go` : " goes"} with it, and agents that use it get the default model.`;
  const falls = provider.is_default
    ? simulated
      ? ` It is the default: ${simulated.name}, which only pretends to answer, becomes the default.`
      : " It is the default: agents without a model of their own cannot answer until there is another."
    : "";
  return (
    <>
      <Button look="danger" isBusy={isPending} onClick={() => setIsAsked(true)}>
        <Trash2 size={16} aria-hidden />
        Delete
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={`Delete ${provider.name}?`}
        description={`${goes}${falls} Chats stay. To keep it for later, take it out of use instead.`}
        action="Delete"
        onConfirm={() => mutate()}
      />
    </>
  );
}
