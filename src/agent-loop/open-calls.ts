import type { EventDraft } from "@/domain/event";
import type { ToolCallPart } from "@/domain/message";

/** Who has to say something before a call can go on: a person who may approve it, the client that runs it, or another agent. */
export type Who = "approval" | "client" | "agent";

export type OpenCall = {
  /** With the arguments that it runs with: those that were approved, where a person changed them. */
  call: ToolCallPart;
  /** Its place among the calls of its answer, from 0. */
  position: number;
  wasStarted: boolean;
  isApproved: boolean;
  isChanged: boolean;
  /** Asked, and not answered yet. */
  awaits: Who | null;
  approvalId: string | null;
};

export type CallToAsk = OpenCall & { who: Who };

/** Says whom a call needs before it goes on, or null when it can be run. */
export type Need = (open: OpenCall) => Who | null;

export const callsOf = (event: EventDraft): ToolCallPart[] =>
  event.type === "message.assistant" ? event.data.content.filter((part) => part.type === "tool_call") : [];

/** The calls of the last answer that nothing has answered yet, whatever becomes of the turn. */
export function openCalls(log: readonly EventDraft[]): OpenCall[] {
  const lastAnswer = log.findLastIndex(({ type }) => type === "message.assistant");
  if (lastAnswer < 0) return [];
  const since = log.slice(lastAnswer + 1);
  const answered = new Set(since.flatMap((event) => (event.type === "tool.completed" ? [event.data.tool_call_id] : [])));
  return callsOf(log[lastAnswer]!)
    .map((call, position) => toOpenCall(call, position, since))
    .filter(({ call }) => !answered.has(call.id));
}

/** Nothing is left to do until somebody who was asked has answered. */
export function isWaiting(log: readonly EventDraft[]): boolean {
  const open = openCalls(log);
  return open.length > 0 && open.every(({ awaits }) => awaits !== null);
}

function toOpenCall(call: ToolCallPart, position: number, since: readonly EventDraft[]): OpenCall {
  const open: OpenCall = { call, position, wasStarted: false, isApproved: false, isChanged: false, awaits: null, approvalId: null };
  for (const event of since) {
    if (!("tool_call_id" in event.data) || event.data.tool_call_id !== call.id) continue;
    if (event.type === "approval.requested") {
      open.awaits = "approval";
      open.approvalId = event.data.approval_id;
    }
    if (event.type === "approval.resolved") {
      const { decision, changed_arguments } = event.data;
      open.awaits = null;
      open.isApproved = decision === "approve";
      open.isChanged = open.isApproved && changed_arguments !== null;
      if (open.isChanged) open.call = { ...call, arguments: changed_arguments };
    }
    if (event.type === "tool.started") {
      open.wasStarted = true;
      open.awaits = event.data.runs_on ?? null;
    }
  }
  return open;
}
