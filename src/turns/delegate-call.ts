import { endWithoutRunning } from "@/agent-loop/call-tools";
import { openCalls } from "@/agent-loop/open-calls";
import { endOfCall, type Outcome } from "@/agent-loop/tool-outcome";
import type { Script, Tx } from "@/database/database";
import type { EventData, EventDraft } from "@/domain/event";
import type { EventLog } from "@/events/event-log";
import type { Clock } from "@/platform/clock";
import { newId } from "@/platform/ids";
import type { AnswerCall } from "./answer-call";
import type { AwaitedCall, AwaitedCallStore } from "./awaited-call-store";
import type { Claim } from "./claim-store";
import { toDraft } from "./to-draft";
import type { TurnStore } from "./turn-store";

/** One turn asks other agents so often: a model cannot multiply without end. */
const MAX_CALLS_A_TURN = 16;

/** Opens the session in which another agent answers. */
export type OpenChild = (
  tx: Tx,
  child: { id: string; agentId: string; parent: Claim["session"]; toolCallId: string; title: string },
) => Script<void>;

type Parts = {
  eventLog: EventLog;
  awaitedCalls: AwaitedCallStore;
  turns: TurnStore;
  answerCall: AnswerCall;
  openChild: OpenChild;
  wake: (sessionId: string) => void;
  clock: Clock;
};

export type DelegateCall = ReturnType<typeof createDelegateCall>;

/** Hands a call to another agent: its session, its question and its turn are made in the transaction of the event that says so, or none of it is. */
export const createDelegateCall = ({ eventLog, awaitedCalls, turns, answerCall, openChild, wake, clock }: Parts) => {
  function* answer(tx: Tx, awaited: AwaitedCall, outcome: Outcome): Script<void> {
    const log = (yield* eventLog.ofTurn(awaited.turnId)).map(toDraft);
    const open = openCalls(log).find(({ call }) => call.id === awaited.toolCallId);
    const durationMs = Math.max(0, clock.now() - awaited.createdAt);
    if (open) yield* answerCall(tx, awaited, endOfCall(open, outcome, durationMs));
  }

  return {
    *begin(tx: Tx, { session, turn }: Claim, agentId: string, started: EventData<"tool.started">): Script<void> {
      const { tool_call_id, name, arguments: given, child_session_id } = started;
      const call = { type: "tool_call" as const, id: tool_call_id, name, arguments: given };
      if ((yield* awaitedCalls.countAgents(tx, turn.id)) > MAX_CALLS_A_TURN) {
        const refusal = endWithoutRunning(call, `Only ${MAX_CALLS_A_TURN} calls of other agents are made in a turn`);
        yield* answerCall(tx, { sessionId: session.id, turnId: turn.id }, refusal);
        return;
      }
      const sessionId = child_session_id!;
      yield* openChild(tx, { id: sessionId, agentId, parent: session, toolCallId: tool_call_id, title: name });
      const { message } = given as { message: string };
      const asked: EventDraft = { type: "message.user", data: { role: "user", content: [{ type: "text", text: message }] } };
      const [kept] = yield* eventLog.append(tx, { sessionId, turnId: newId() }, [asked]);
      yield* turns.enqueue(kept!);
      tx.afterCommit(() => wake(sessionId));
    },

    /** A turn has ended in a session: if another agent's call waits for it, this is the answer. */
    *turnEnded(tx: Tx, sessionId: string, turnId: string): Script<void> {
      const awaited = yield* awaitedCalls.findOpenByChild(tx, sessionId);
      if (awaited) yield* answer(tx, awaited, outcomeOf((yield* eventLog.ofTurn(turnId)).map(toDraft)));
    },

    /** The session is about to be deleted. */
    *childGone(tx: Tx, sessionId: string): Script<void> {
      const awaited = yield* awaitedCalls.findOpenByChild(tx, sessionId);
      if (awaited) yield* answer(tx, awaited, { status: "interrupted", result: null, error: "The agent's session was deleted" });
    },
  };
};

/** The other agent's last words, or why there are none. */
function outcomeOf(log: readonly EventDraft[]): Outcome {
  const failed = log.find((event) => event.type === "turn.failed");
  if (failed?.type === "turn.failed") return { status: "error", result: null, error: `The agent's turn failed: ${failed.data.error}` };
  const last = log.findLast((event) => event.type === "message.assistant");
  const words = last?.type === "message.assistant" ? last.data.content.flatMap((part) => (part.type === "text" ? [part.text] : [])) : [];
  if (log.some(({ type }) => type === "turn.completed")) return { status: "ok", result: words.join("\n\n"), error: null };
  return { status: "interrupted", result: null, error: "The agent was stopped before it had answered" };
}
