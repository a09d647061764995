import type { EventDraft } from "@/domain/event";
import { newId } from "@/platform/ids";
import { askModel } from "./ask-model";
import { callTools } from "./call-tools";
import { cancel, complete, completeAtLimit, type Ending, type EndingTurn, fail } from "./endings";
import type { Failure, Loop, LoopInput } from "./loop";
import { nextStep, type Step } from "./next-step";
import { TurnCancelled, TurnTimedOut, waitUntil } from "./stop";

/**
 * Alternates model and tools until nothing is left to do. It stops at every `keep` until the caller has made it durable and answered:
 * that is the durability barrier. What a step found out and what the next step begins with are kept together, in one commit.
 */
export async function* agentLoop(input: LoopInput): Loop<void> {
  const { signal, limits, now } = input;
  const log = [...input.log];
  let facts: EventDraft[] = [...input.opening];
  let failure: Failure | null = null;
  /** The pause that is over, by its end. */
  let waitedFor: number | null = null;

  for (;;) {
    const known = [...log, ...facts];
    const step = nextStep(known, limits);
    if (step.kind === "start") {
      facts.push({
        type: "turn.started",
        data: {
          message_id: input.turn.messageId,
          model: input.model.name,
          provider: input.model.provider,
          fell_back: input.model.fellBack,
        },
      });
      continue;
    }
    if (signal.aborted && !isEnding(signal.reason)) return;
    const hasToWait = step.kind === "call_model" && step.notBefore !== null && step.notBefore > now() && step.notBefore !== waitedFor;
    if (hasToWait && !signal.aborted && !failure) {
      if (facts.length > 0) yield* keep(log, facts);
      facts = [];
      waitedFor = step.notBefore;
      await waitUntil(step.notBefore!, now, signal, longestPauseMs(known));
      continue;
    }

    const ending = endingOf(input, known, step, failure);
    const opening = ending?.drafts ?? openingOf(input, step);
    const reply = yield { kind: "keep", drafts: [...facts, ...opening], end: ending?.end ?? null };
    log.push(...reply!.news);
    if (!reply!.isKept) continue;
    log.push(...facts, ...opening);
    if (ending) return;

    facts = [];
    if (step.kind === "call_model") ({ facts, failure } = yield* askModel(input, log, step));
    if (step.kind === "run_tools") facts = yield* runTools(input, log, step);
  }
}

/** What was asked for when the pause began: a clock that is set back meanwhile must not make it longer. */
const longestPauseMs = (log: readonly EventDraft[]): number => log.findLast((event) => event.type === "model.retrying")?.data.delay_ms ?? 0;

/** What people are told of a turn that is given up for its crashes. */
export const CRASHED_TOO_OFTEN = "the server crashed three times in the same step of it";

const isEnding = (reason: unknown): boolean => reason instanceof TurnCancelled || reason instanceof TurnTimedOut;

function endingOf(input: LoopInput, log: readonly EventDraft[], step: Step, failure: Failure | null): Ending | null {
  const { signal, limits, turn, now } = input;
  const ending: EndingTurn = { messageId: turn.messageId, durationMs: Math.max(0, now() - turn.startedAt), log };
  if (signal.aborted && signal.reason instanceof TurnCancelled) return cancel(ending);
  if (failure) return fail(ending, failure.code, failure.message);
  if (step.kind === "finish") return complete(ending);
  if (signal.aborted) return fail(ending, "turn_timeout", `it took longer than ${Math.round(limits.maxTurnMs / 60_000)} minutes`);
  if (step.kind !== "give_up") return null;
  if (step.code === "model_call_limit") return completeAtLimit(ending, limits.maxModelCalls);
  return fail(ending, step.code, CRASHED_TOO_OFTEN);
}

/** What must be durable before a step begins. */
function openingOf({ model }: LoopInput, step: Step): EventDraft[] {
  if (step.kind === "call_model") {
    const { step: number, attempt, replaces } = step;
    return [
      {
        type: "model.started",
        data: { step: number, attempt, message_id: newId(), model: model.name, provider: model.provider, replaces },
      },
    ];
  }
  if (step.kind !== "run_tools") return [];
  const fresh = step.calls.filter(({ wasStarted }) => !wasStarted);
  return fresh.map(({ call: { id, name, arguments: given } }) => ({
    type: "tool.started",
    data: { tool_call_id: id, name, arguments: given },
  }));
}

/** Keeps facts that nothing depends on but their order; what came meanwhile goes before them. */
async function* keep(log: EventDraft[], facts: EventDraft[]): Loop<void> {
  for (;;) {
    const reply = yield { kind: "keep", drafts: facts, end: null };
    log.push(...reply!.news);
    if (reply!.isKept) break;
  }
  log.push(...facts);
}

async function* runTools(input: LoopInput, log: EventDraft[], { calls }: Extract<Step, { kind: "run_tools" }>): Loop<EventDraft[]> {
  const { tools, turn, signal, now, limits, onInternalError } = input;
  const context = { sessionId: turn.sessionId, turnId: turn.id, signal };
  let left = calls.length;
  for await (const ended of callTools(calls, { tools, context, now, onInternalError, maxCalls: limits.maxCallsPerStep })) {
    // Handed over rather than ended: an unsafe call stays open in the log, and whoever goes on says that its outcome is unknown.
    if (signal.aborted && !isEnding(signal.reason)) return [];
    if (--left === 0) return ended;
    yield* keep(log, ended);
  }
  return [];
}
