import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/ui/parts/button";
import { TextField } from "@/ui/parts/field";
import { notifyFailure } from "@/ui/parts/notify";
import { type Decision, resolveApproval } from "./chat-actions";

type Props = { sessionId: string; approvalId: string; name: string };

/** Asks a person whether a tool may run. The answer shows when its event comes, here and in every other window. */
export function ApprovalQuestion({ sessionId, approvalId, name }: Props) {
  const [isDenying, setIsDenying] = useState(false);
  const [reason, setReason] = useState("");
  const { mutate, isPending, variables } = useMutation({
    mutationFn: (decision: Decision) => resolveApproval(sessionId, approvalId, decision),
    onError: notifyFailure,
  });
  return (
    <div className="border-warn/50 border-t bg-warn-soft px-3.5 py-3">
      <p className="mb-3 text-sm">
        May the agent run <code className="font-mono font-medium text-[0.8125rem]">{name}</code>?
      </p>
      {isDenying && (
        <div className="mb-3">
          <TextField
            label="What to tell the agent (optional)"
            value={reason}
            onChange={({ target }) => setReason(target.value)}
            autoFocus
          />
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        {!isDenying && (
          <Button
            look="primary"
            isBusy={isPending && variables.decision === "approve"}
            disabled={isPending}
            onClick={() => mutate({ decision: "approve" })}
          >
            Allow
          </Button>
        )}
        <Button
          look="danger"
          isBusy={isPending && variables.decision === "deny"}
          disabled={isPending}
          onClick={() =>
            isDenying ? mutate({ decision: "deny", ...(reason.trim() === "" ? {} : { reason: reason.trim() }) }) : setIsDenying(true)
          }
        >
          Deny
        </Button>
        {isDenying && (
          <Button look="quiet" onClick={() => setIsDenying(false)}>
            Back
          </Button>
        )}
      </div>
    </div>
  );
}
