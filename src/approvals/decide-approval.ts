import { isDeepStrictEqual } from "node:util";
import { approvalResolved } from "@/agent-loop/ask";
import { endWithoutRunning } from "@/agent-loop/call-tools";
import type { AgentStore } from "@/agents/agent-store";
import type { Script, Tx } from "@/database/database";
import type { Approval, DecideApproval } from "@/domain/approval";
import type { EventDraft } from "@/domain/event";
import type { ToolCallPart } from "@/domain/message";
import type { Actor } from "@/domain/user";
import type { SessionAddress } from "@/http/under-session";
import { conflict, invalid } from "@/platform/app-error";
import type { SessionStore } from "@/sessions/session-store";
import type { AnswerCall } from "@/turns/answer-call";
import type { AwaitedCallStore } from "@/turns/awaited-call-store";
import type { ApprovalRuleStore } from "./approval-rule-store";

type Parts = {
  agents: AgentStore;
  sessions: SessionStore;
  awaitedCalls: AwaitedCallStore;
  rules: ApprovalRuleStore;
  answerCall: AnswerCall;
};

export type DecideOnCall = ReturnType<typeof createDecideApproval>;

/**
 * A person's word on a call. What was approved is run exactly as it stands in the log; what was denied is answered at once.
 * The same decision again changes nothing; another one is a conflict.
 */
export const createDecideApproval = ({ agents, sessions, awaitedCalls, rules, answerCall }: Parts) =>
  function* decideApproval(tx: Tx, actor: Actor, address: SessionAddress, id: string, input: DecideApproval): Script<Approval> {
    refuseOddMemory(input);
    const { id: sessionId, agent_id } = yield* sessions.get(actor, address);
    yield* agents.checkUsable(actor, agent_id);
    const approval = yield* awaitedCalls.getApproval(tx, actor, id, sessionId);
    const changed = changedArguments(approval, input);
    if (approval.status === "resolved") {
      if (approval.decision === input.decision && isDeepStrictEqual(approval.changed_arguments, changed)) return approval;
      throw conflict("This call was decided already, and otherwise", "already_decided");
    }

    const call: ToolCallPart = { type: "tool_call", id: approval.tool_call_id, name: approval.name, arguments: approval.arguments };
    const decided = { changed_arguments: changed, reason: input.reason ?? null, decided_by: actor.user.id };
    const resolved = approvalResolved(call, id, { decision: input.decision, ...decided });
    yield* answerCall(tx, { sessionId, turnId: approval.turn_id }, [resolved, ...denialOf(call, input)]);
    if (input.remember) {
      const given = input.remember_arguments ? call.arguments : undefined;
      yield* rules.add(tx, { sessionId, isForAgent: input.remember === "agent", name: call.name, arguments: given });
    }
    return yield* awaitedCalls.getApproval(tx, actor, id, sessionId);
  };

function refuseOddMemory({ decision, arguments: given, remember, remember_arguments }: DecideApproval): void {
  if (!remember && remember_arguments) throw invalid("remember_arguments needs remember beside it");
  if (remember && decision === "deny") throw invalid("remember is for what was approved: a denial holds for one call");
  if (remember && given) throw invalid("remember can't be used with changed arguments: the model would not ask for those");
}

/** Null where they are to run as the model wrote them. */
function changedArguments({ arguments: asked }: Approval, { decision, arguments: given }: DecideApproval): Approval["changed_arguments"] {
  return decision === "deny" || !given || isDeepStrictEqual(given, asked) ? null : given;
}

function denialOf(call: ToolCallPart, { decision, reason }: DecideApproval): EventDraft[] {
  if (decision === "approve") return [];
  return endWithoutRunning(call, reason?.trim() ? `A person denied this call: ${reason.trim()}` : "A person denied this call", "denied");
}
