import type { EventData, EventDraft } from "@/domain/event";
import type { ToolCallPart } from "@/domain/message";
import { newId } from "@/platform/ids";
import type { CallToAsk } from "./open-calls";

/** Asks whoever a call needs, in the log: a person by a request, a client or another agent by the call itself, which it is to run. `until` in milliseconds since 1970. */
export function askAbout({ call: { id, name, arguments: given }, who }: CallToAsk, until: number): EventDraft {
  const call = { tool_call_id: id, name, arguments: given };
  const expires_at = new Date(until).toISOString();
  if (who === "agent") return { type: "tool.started", data: { ...call, runs_on: who, child_session_id: newId() } };
  if (who === "client") return { type: "tool.started", data: { ...call, runs_on: who, expires_at } };
  const approval_id = newId();
  return { type: "approval.requested", id: approval_id, data: { ...call, approval_id, expires_at } };
}

type Verdict = Pick<EventData<"approval.resolved">, "decision"> &
  Partial<Pick<EventData<"approval.resolved">, "changed_arguments" | "reason" | "decided_by">>;

/** `call` is as the model made it. */
export const approvalResolved = (
  { id, name, arguments: given }: ToolCallPart,
  approval_id: string,
  { decision, changed_arguments = null, reason = null, decided_by = null }: Verdict,
): EventDraft => ({
  type: "approval.resolved",
  data: { tool_call_id: id, name, arguments: given, approval_id, decision, changed_arguments, reason, decided_by },
});
