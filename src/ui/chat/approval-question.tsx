import { useMutation } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/parts/button";
import { TextArea, TextField } from "@/ui/parts/field";
import { Menu, MenuItem } from "@/ui/parts/menu";
import { notifyFailure } from "@/ui/parts/notify";
import { visibleJson } from "@/ui/parts/visible-text";
import { type Decision, resolveApproval } from "./chat-actions";

type AskedCall = { name: string; arguments: unknown };
type Props = { sessionId: string; approvalId: string; call: AskedCall; onDecided?: () => void };
type Step = "asked" | "changing" | "denying";

/** Asks a person whether a tool may run. The answer shows when its event comes, here and in every other window. */
export function ApprovalQuestion({ sessionId, approvalId, call, onDecided }: Props) {
  const [step, setStep] = useState<Step>("asked");
  const { mutate, isPending } = useMutation({
    mutationFn: (decision: Decision) => resolveApproval(sessionId, approvalId, decision),
    onSuccess: () => onDecided?.(),
    onError: notifyFailure,
  });
  const back = () => setStep("asked");
  return (
    <div className="border-warn/50 border-t bg-warn-soft px-3.5 py-3">
      <p className="mb-3 text-sm">
        May the agent run <code className="font-medium font-mono text-[0.8125rem]">{call.name}</code>?
      </p>
      {step === "changing" && <ChangeArguments call={call} isBusy={isPending} onBack={back} onDecide={mutate} />}
      {step === "denying" && <Deny isBusy={isPending} onBack={back} onDecide={mutate} />}
      {step === "asked" && (
        <div className="flex flex-wrap gap-2">
          <Button look="primary" isBusy={isPending} onClick={() => mutate({ decision: "approve" })}>
            Allow
          </Button>
          <AlwaysAllow isDisabled={isPending} onDecide={mutate} />
          <Button disabled={isPending} onClick={() => setStep("changing")}>
            Change
          </Button>
          <Button look="danger" disabled={isPending} onClick={() => setStep("denying")}>
            Deny
          </Button>
        </div>
      )}
    </div>
  );
}

/** Allows this call, and says how many like it need not be asked about. */
function AlwaysAllow({ isDisabled, onDecide }: { isDisabled: boolean; onDecide: (decision: Decision) => void }) {
  const remember = (where: "session" | "agent", isThisCall: boolean) => () =>
    onDecide({ decision: "approve", remember: where, remember_arguments: isThisCall });
  return (
    <Menu
      align="start"
      trigger={
        <Button disabled={isDisabled}>
          Always allow
          <ChevronDown size={15} aria-hidden className="-mr-1 text-faint" />
        </Button>
      }
    >
      <MenuItem onSelect={remember("session", false)}>In this chat</MenuItem>
      <MenuItem onSelect={remember("session", true)}>In this chat, with these arguments</MenuItem>
      <MenuItem onSelect={remember("agent", false)}>In all chats with the agent</MenuItem>
      <MenuItem onSelect={remember("agent", true)}>In all chats with the agent, with these arguments</MenuItem>
    </Menu>
  );
}

type StepProps = { isBusy: boolean; onBack: () => void; onDecide: (decision: Decision) => void };

function ChangeArguments({ call, isBusy, onBack, onDecide }: StepProps & { call: AskedCall }) {
  const [text, setText] = useState(() => visibleJson(JSON.stringify(call.arguments, null, 2)));
  const changed = parse(text);
  return (
    <div className="grid gap-3">
      <TextArea
        label="Arguments to run it with"
        className="font-mono"
        rows={Math.min(12, text.split("\n").length + 1)}
        value={text}
        onChange={({ target }) => setText(target.value)}
        error={changed ? null : "This is not a JSON object yet."}
      />
      <div className="flex gap-2">
        <Button
          look="primary"
          isBusy={isBusy}
          disabled={!changed}
          onClick={() => changed && onDecide({ decision: "approve", arguments: changed })}
        >
          Allow with these
        </Button>
        <Button look="quiet" onClick={onBack}>
          Back
        </Button>
      </div>
    </div>
  );
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function Deny({ isBusy, onBack, onDecide }: StepProps) {
  const [reason, setReason] = useState("");
  const words = reason.trim();
  return (
    <div className="grid gap-3">
      <TextField label="What to tell the agent (optional)" value={reason} onChange={({ target }) => setReason(target.value)} />
      <div className="flex gap-2">
        <Button look="danger" isBusy={isBusy} onClick={() => onDecide({ decision: "deny", ...(words === "" ? {} : { reason: words }) })}>
          Deny
        </Button>
        <Button look="quiet" onClick={onBack}>
          Back
        </Button>
      </div>
    </div>
  );
}
