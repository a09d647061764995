import type { EventDraft } from "@/domain/event";
import { type CallToAsk, callsOf, type Need, type OpenCall, openCalls } from "./open-calls";

export type Step =
  | { kind: "start" }
  | CallModel
  | { kind: "ask"; calls: CallToAsk[] }
  | { kind: "run_tools"; calls: OpenCall[] }
  | { kind: "wait" }
  | { kind: "give_up"; code: "crash_loop" | "model_call_limit" }
  | { kind: "finish" };

/** `attempt` counts the tries of the step, `tries` those of the model that is asked now: `fallback`, or the turn's own where that is null. */
export type CallModel = {
  kind: "call_model";
  step: number;
  attempt: number;
  tries: number;
  fallback: ModelName | null;
  replaces: string | null;
  notBefore: number | null;
};

export type ModelName = { model: string; provider: string };

export type StepRules = {
  maxModelCalls: number;
  /** What a call that nobody was asked about yet needs before it can go on. */
  needs?: Need;
};

/** A step that takes the server down with it this often is not tried again. */
const MAX_CRASHES = 3;

/**
 * What a turn needs next, read from its own log alone. That makes the log the checkpoint:
 * a turn that was cut short anywhere goes on by asking this again.
 */
export function nextStep(log: readonly EventDraft[], { maxModelCalls, needs = () => null }: StepRules): Step {
  if (!log.some(({ type }) => type === "turn.started")) return { kind: "start" };
  if (hasCrashedTooOften(log)) return { kind: "give_up", code: "crash_loop" };

  const open = openCalls(log);
  if (open.length > 0) return goOnWith(open, needs);

  const lastAnswer = log.findLastIndex(({ type }) => type === "message.assistant");
  const isLastWord = lastAnswer >= 0 && callsOf(log[lastAnswer]!).length === 0;
  // A message that came after the model was asked has not been read yet: the turn goes on with it.
  const asked = log.findLastIndex(({ type }) => type === "model.started");
  const hasUnread = log.findLastIndex(({ type }) => type === "message.user") > asked;
  if (isLastWord && !hasUnread && asked < lastAnswer) return { kind: "finish" };

  const answers = log.filter(({ type }) => type === "message.assistant").length;
  if (answers >= maxModelCalls) return { kind: "give_up", code: "model_call_limit" };
  return callModel(answers + 1, log);
}

/** Whoever must be asked is asked first, so that they can think while the other calls run; when only their answers are missing, the turn waits. */
function goOnWith(open: readonly OpenCall[], needs: Need): Step {
  const toAsk = open.flatMap((each) => {
    const who = each.awaits === null && !each.wasStarted ? needs(each) : null;
    return who === null ? [] : [{ ...each, who }];
  });
  if (toAsk.length > 0) return { kind: "ask", calls: toAsk };
  const ready = open.filter(({ awaits }) => awaits === null);
  return ready.length > 0 ? { kind: "run_tools", calls: ready } : { kind: "wait" };
}

function callModel(step: number, log: readonly EventDraft[]): CallModel {
  const attemptsIn = (events: readonly EventDraft[]) =>
    events.flatMap((event) => (event.type === "model.started" && event.data.step === step ? [event.data] : []));
  const attempts = attemptsIn(log);
  // A turn that has fallen back stays there: who failed it once is not asked again in every step.
  const change = log.findLastIndex((event) => event.type === "model.retrying" && event.data.fallback != null);
  const changed = log[change];
  // The wish to wait outlasts whatever came behind it: a restart, or words that a person added.
  const last = log.findLast(({ type }) => type === "model.started" || type === "model.retrying");
  return {
    kind: "call_model",
    step,
    attempt: attempts.length + 1,
    tries: attemptsIn(log.slice(change + 1)).length + 1,
    fallback: (changed?.type === "model.retrying" && changed.data.fallback) || null,
    replaces: attempts.at(-1)?.message_id ?? null,
    notBefore: last?.type === "model.retrying" ? Date.parse(last.data.next_retry_at) : null,
  };
}

/**
 * The turn has taken the server down again and again without getting on, and the last time it was the only one that can have.
 * A turn that merely ran while another one did is not given up for it.
 */
export function hasCrashedTooOften(log: readonly EventDraft[]): boolean {
  const crashes = crashesSinceProgress(log);
  return crashes.length >= MAX_CRASHES && crashes.at(-1)!.alone === true;
}

export function crashesSinceProgress(log: readonly EventDraft[]): { alone?: boolean | undefined }[] {
  const progress = log.findLastIndex(isProgress);
  return log.slice(progress + 1).flatMap((event) => (event.type === "turn.resumed" && event.data.after === "crash" ? [event.data] : []));
}

/** The turn got on: what comes after this begins from a new place. */
export const isProgress = ({ type }: EventDraft): boolean => /^(message|approval)\.|^tool\.completed$/.test(type);
