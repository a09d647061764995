import { isDeepStrictEqual } from "node:util";
import { openCalls } from "@/agent-loop/open-calls";
import { endOfCall, type Outcome } from "@/agent-loop/tool-outcome";
import type { AgentStore } from "@/agents/agent-store";
import type { Script, Tx } from "@/database/database";
import type { EventData } from "@/domain/event";
import type { AnsweredCalls, ToolResult } from "@/domain/tool-result";
import type { Actor } from "@/domain/user";
import type { EventLog } from "@/events/event-log";
import type { SessionAddress } from "@/http/under-session";
import { conflict, invalid, notFound } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import type { SessionStore } from "@/sessions/session-store";
import type { AnswerCall } from "@/turns/answer-call";
import type { AwaitedCallStore } from "@/turns/awaited-call-store";
import { toDraft } from "@/turns/to-draft";

type Parts = {
  agents: AgentStore;
  sessions: SessionStore;
  eventLog: EventLog;
  awaitedCalls: AwaitedCallStore;
  answerCall: AnswerCall;
  clock: Clock;
};

export type AnswerClientCall = ReturnType<typeof createAnswerClientCall>;

/** Keeps what a client's tools came to. The same answer again changes nothing; another one is a conflict. */
export const createAnswerClientCall = ({ agents, sessions, eventLog, awaitedCalls, answerCall, clock }: Parts) => {
  /** All of the results, or none. */
  return function* answerClientCalls(tx: Tx, actor: Actor, address: SessionAddress, results: readonly ToolResult[]): Script<AnsweredCalls> {
    const { id, agent_id } = yield* sessions.get(actor, address);
    yield* agents.checkUsable(actor, agent_id);
    const answered: AnsweredCalls["answered"] = [];
    for (const result of results) answered.push(yield* answerOne(tx, id, result));
    return { answered };
  };

  function* answerOne(tx: Tx, sessionId: string, given: ToolResult): Script<{ tool_call_id: string; turn_id: string }> {
    const outcome = outcomeOf(given);
    const awaited = yield* awaitedCalls.findClientCall(tx, sessionId, given.tool_call_id);
    if (!awaited) throw notFound("A call of this client's tools with this tool_call_id");

    const events = yield* eventLog.ofTurn(awaited.turnId);
    const answer = { tool_call_id: given.tool_call_id, turn_id: awaited.turnId };
    if (awaited.resolvedAt !== null) {
      const ended = events.findLast(({ type, json }) => type === "tool.completed" && JSON.parse(json).tool_call_id === given.tool_call_id);
      const { status, result, error } = JSON.parse(ended!.json) as EventData<"tool.completed">;
      if (isDeepStrictEqual({ status, result, error }, outcome)) return answer;
      throw conflict("This call was answered already, has expired or its turn is over", "already_answered");
    }
    const open = openCalls(events.map(toDraft)).find(({ call }) => call.id === given.tool_call_id)!;
    const durationMs = Math.max(0, clock.now() - awaited.createdAt);
    yield* answerCall(tx, { sessionId, turnId: awaited.turnId }, endOfCall(open, outcome, durationMs));
    return answer;
  }
};

function outcomeOf({ result = null, error }: ToolResult): Outcome {
  if (error != null && result !== null) throw invalid("error and result exclude each other: give one of them");
  return error == null ? { status: "ok", result, error: null } : { status: "error", result: null, error };
}
