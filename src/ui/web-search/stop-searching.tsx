import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/ui/api/client";
import { queryClient } from "@/ui/api/queries";
import { Button } from "@/ui/parts/button";
import { ConfirmDialog } from "@/ui/parts/dialog";
import { notify, notifyFailure } from "@/ui/parts/notify";

/** Forgets the engine and its key. */
export function StopSearching() {
  const [isAsked, setIsAsked] = useState(false);
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.remove("/v1/web-search"),
    onSuccess: () => {
      queryClient.setQueryData(["web-search"], null);
      void queryClient.invalidateQueries({ queryKey: ["capabilities"] });
      notify("Agents search the web no more.");
    },
    onError: notifyFailure,
  });
  return (
    <>
      <Button look="danger" className="mt-3" isBusy={isPending} onClick={() => setIsAsked(true)}>
        Search the web no more
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title="Search the web no more?"
        description="The engine and its key are forgotten. Agents can no longer search until another is chosen."
        action="Forget it"
        onConfirm={() => mutate()}
      />
    </>
  );
}
