import type { EventDraft } from "@/domain/event";
import { newId } from "@/platform/ids";
import type { Rest } from "@/runner/runner";
import { LONGEST_WAIT_MS } from "./after-failure";
import { askAbout } from "./ask";
import { askModel } from "./ask-model";
import { callTools } from "./call-tools";
import { compactContext } from "./compact-context";
import { cancel, complete, completeAtLimit, type Ending, type EndingTurn, fail } from "./endings";
import { planCompaction } from "./fit-context";
import type { Failure, Loop, LoopInput, LoopModel } from "./loop";
import { type CallModel, nextStep, type Step } from "./next-step";
import { TurnCancelled, TurnTimedOut } from "./stop";
import type { CallWrite } from "./tool-outcome";

/**
 * Alternates model and tools until nothing is left to do. It stops at every `keep` until the caller has made it durable and answered:
 * that is the durability barrier. What a step found out and what the next step begins with are kept together, in one commit.
 * Returns early where nothing is to be done for a while: whoever asks again, after that rest, goes on from the log.
 */
export async function* agentLoop(input: LoopInput): Loop<Rest | null> {
  const { signal, limits, now } = input;
  const log = [...input.log];
  let facts: EventDraft[] = [...input.opening];
  let failure: Failure | null = null;

  for (;;) {
    const known = [...log, ...facts];
    const step = nextStep(known, { maxModelCalls: limits.maxModelCalls, needs: input.needs });
    if (step.kind === "start") {
      facts.push({
        type: "turn.started",
        data: {
          message_id: input.turn.messageId,
          model: input.models[0].name,
          provider: input.models[0].provider,
          agent_version: input.turn.agentVersion,
          fell_back: input.fellBack,
        },
      });
      continue;
    }
    if (signal.aborted && !isEnding(signal.reason)) return null;
    if (step.kind === "ask" && !signal.aborted && !failure) {
      facts.push(...step.calls.map((call) => askAbout(call, now() + input.answerWithinMs)));
      continue;
    }
    if (step.kind === "wait" && !signal.aborted && !failure) {
      const reply = yield { kind: "wait", drafts: facts };
      log.push(...reply!.news);
      if (reply!.isKept) return null;
      continue;
    }
    const ending = endingOf(input, known, step, failure);
    const model = ending === null && step.kind === "call_model" ? modelFor(input.models, step) : null;
    const waitMs = model && step.kind === "call_model" ? waitBefore(step, now()) : 0;
    const leave = model && waitMs === 0 ? model.calls.enter() : NOTHING;
    if (waitMs > 0 || leave === null) {
      if (facts.length > 0) yield* keep(log, facts);
      return waitMs > 0 ? { forMs: waitMs } : { forMs: limits.maxTurnMs, until: model!.calls.whenFree() };
    }

    try {
      // Planned from what has its place in the log: facts are kept before they are summarised.
      if (model && step.kind === "call_model" && planCompaction(input, model, known)) {
        if (facts.length > 0) yield* keep(log, facts);
        const plan = planCompaction(input, model, log);
        facts = [];
        if (plan) ({ facts, failure } = await compactContext(input, model, log, step, plan));
        continue;
      }
      const opening = ending?.drafts ?? openingOf(model, step);
      const reply = yield { kind: "keep", drafts: [...facts, ...opening], end: ending?.end ?? null };
      log.push(...reply!.news);
      if (!reply!.isKept) continue;
      log.push(...(reply!.drafts ?? []));
      if (ending) return null;

      facts = [];
      if (model && step.kind === "call_model") ({ facts, failure } = yield* askModel(input, model, log, step));
      if (step.kind === "run_tools") facts = yield* runTools(input, log, step);
    } finally {
      leave();
    }
  }
}

const NOTHING = () => {};

/** Milliseconds. A moment that lies further ahead than any wait was set before the clock was set back: it is not waited for. */
function waitBefore({ notBefore }: CallModel, now: number): number {
  const leftMs = notBefore === null ? 0 : notBefore - now;
  return leftMs > 0 && leftMs <= LONGEST_WAIT_MS ? leftMs : 0;
}

/** The fallback that the log names; the turn's own model where there is none, or where it is not to be had any more. */
const modelFor = (models: LoopInput["models"], { fallback }: CallModel): LoopModel =>
  models.find(({ name, provider }) => name === fallback?.model && provider === fallback.provider) ?? models[0];

/** What people are told of a turn that is given up for its crashes. */
export const CRASHED_TOO_OFTEN = "the server crashed three times in the same step of it";

const isEnding = (reason: unknown): boolean => reason instanceof TurnCancelled || reason instanceof TurnTimedOut;

function endingOf(input: LoopInput, log: readonly EventDraft[], step: Step, failure: Failure | null): Ending | null {
  const { signal, limits, turn, now } = input;
  const ending: EndingTurn = { messageId: turn.messageId, durationMs: Math.max(0, now() - turn.startedAt), log };
  if (signal.aborted && signal.reason instanceof TurnCancelled) return cancel(ending);
  if (failure) return fail(ending, failure.code, failure.message);
  if (step.kind === "finish") return complete(ending);
  if (signal.aborted) return fail(ending, "turn_timeout", `it took longer than ${minutes(limits.maxTurnMs)}`);
  if (step.kind !== "give_up") return null;
  if (step.code === "model_call_limit") return completeAtLimit(ending, limits.maxModelCalls);
  return fail(ending, step.code, CRASHED_TOO_OFTEN);
}

function minutes(ms: number): string {
  const count = Math.round(ms / 60_000);
  return `${count} minute${count === 1 ? "" : "s"}`;
}

/** What must be durable before a step begins. */
function openingOf(model: LoopModel | null, step: Step): EventDraft[] {
  if (model && step.kind === "call_model") {
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
    if (!reply!.isKept) continue;
    log.push(...(reply!.drafts ?? []));
    return;
  }
}

async function* runTools(input: LoopInput, log: EventDraft[], { calls }: Extract<Step, { kind: "run_tools" }>): Loop<EventDraft[]> {
  const { tools, turn, signal, now, limits, onInternalError } = input;
  const context = { sessionId: turn.sessionId, turnId: turn.id, signal };
  let left = calls.length;
  for await (const ended of callTools(calls, { tools, context, now, onInternalError, maxCalls: limits.maxCallsPerStep })) {
    // Handed over rather than ended: an unsafe call stays open in the log, and whoever goes on says that its outcome is unknown.
    if (signal.aborted && !isEnding(signal.reason)) return [];
    left--;
    if (ended.kind === "write") yield* keepWrite(log, ended);
    else if (left === 0) return ended.drafts;
    else yield* keep(log, ended.drafts);
  }
  return [];
}

/** A transactional call takes effect and ends in one commit, after what came meanwhile. */
async function* keepWrite(log: EventDraft[], ended: { kind: "write" } & CallWrite): Loop<void> {
  for (;;) {
    const reply = yield ended;
    log.push(...reply!.news);
    if (!reply!.isKept) continue;
    log.push(...(reply!.drafts ?? []));
    return;
  }
}
