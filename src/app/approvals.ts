import type { AgentStore } from "@/agents/agent-store";
import { approvalRoutes, approvalRuleRoutes, sessionApprovalRoutes } from "@/approvals/approval-routes";
import type { ApprovalRuleStore } from "@/approvals/approval-rule-store";
import { createCheckArguments } from "@/approvals/check-arguments";
import { createDecideApproval } from "@/approvals/decide-approval";
import type { EquipSession } from "@/capabilities/equip-session";
import type { Database } from "@/database/database";
import type { EventLog } from "@/events/event-log";
import type { Once } from "@/http/once";
import type { UnderSession } from "@/http/under-session";
import type { Clock } from "@/platform/clock";
import type { SessionStore } from "@/sessions/session-store";
import { createAnswerClientCall } from "@/tool-results/answer-client-call";
import { toolResultRoutes } from "@/tool-results/tool-result-routes";
import type { WaitingTurns } from "@/turns/waiting-turns";

type Parts = {
  db: Database;
  agents: AgentStore;
  sessions: SessionStore;
  eventLog: EventLog;
  rules: ApprovalRuleStore;
  waits: WaitingTurns;
  equipSession: EquipSession;
  once: Once;
  clock: Clock;
};

/** The ways in for the answers that turns wait for: a person's and a client's. */
export function createApprovals({ db, agents, sessions, eventLog, rules, waits, equipSession, once, clock }: Parts) {
  const { awaitedCalls, answerCall, expireCalls } = waits;
  const answerClientCall = createAnswerClientCall({ agents, sessions, eventLog, awaitedCalls, answerCall, clock });
  const decisions = {
    ...{ db, awaitedCalls, rules, expireCalls, once },
    checkArguments: createCheckArguments({ db, sessions, awaitedCalls, eventLog, equipSession }),
    decideApproval: createDecideApproval({ agents, sessions, awaitedCalls, rules, answerCall }),
  };
  return {
    routes: [approvalRoutes(decisions), approvalRuleRoutes(decisions)],
    underSession: (under: UnderSession) => [
      sessionApprovalRoutes(decisions, under),
      toolResultRoutes({ expireCalls, answerClientCall, once }, under),
    ],
  };
}
