import type { EventData, EventDraft } from "@/domain/event";
import { noUsage } from "@/domain/usage";
import { LlmError, type LlmErrorCode, type LlmRequest } from "@/llm/llm";
import { newId } from "@/platform/ids";
import { type Asked, afterFailure } from "./after-failure";
import { type Answer, callModel } from "./call-model";
import { CHARACTERS_PER_TOKEN } from "./context-size";
import { type Compaction, summaryTokens, tokensOf } from "./fit-context";
import type { LoopInput, LoopModel } from "./loop";
import type { CallModel } from "./next-step";
import { clipped, listOf, SUMMARISE, transcriptOf } from "./transcript";

/**
 * Has the older part of a conversation summarised by the model that is to go on with it. Failures are retried and fall back as those of
 * any call; what no model can summarise is replaced by a list of what was said, so that the turn goes on. Never throws.
 */
export async function compactContext(
  input: LoopInput,
  model: LoopModel,
  log: readonly EventDraft[],
  step: CallModel,
  plan: Compaction,
): Promise<Asked> {
  const { signal } = input;
  try {
    const { content, usage, finishReason, durationMs } = await summarise(input, model, plan);
    const text = content.flatMap((part) => (part.type === "text" ? [part.text.trim()] : [])).join("\n\n");
    const summary = clipped(text, summaryTokens(plan.window) * CHARACTERS_PER_TOKEN * 2);
    if (summary === "") throw emptySummary(finishReason);
    const made = { model: model.name, provider: model.provider, usage, cost_usd: model.cost(usage), duration_ms: durationMs };
    return { failure: null, facts: [compacted(input, log, step, plan, { ...made, summary })] };
  } catch (error) {
    if (signal.aborted) return { facts: [], failure: null };
    const about = { message_id: newId(), step: step.step, attempt: step.attempt, model: model.name, provider: model.provider };
    const asked = afterFailure({ input, model, log, about, tries: triesOf(log, model, step) + 1 }, error);
    if (asked.failure && error instanceof LlmError && ABOUT_THE_WORDS.includes(error.code)) {
      const made = { model: null, provider: null, usage: noUsage, cost_usd: null, duration_ms: 0 };
      return { failure: null, facts: [compacted(input, log, step, plan, { ...made, summary: listOf(plan, summaryTokens(plan.window)) })] };
    }
    return { ...asked, facts: asked.facts.map(asCompacting) };
  }
}

async function summarise({ signal }: LoopInput, model: LoopModel, plan: Compaction): Promise<Answer> {
  const maxTokens = summaryTokens(plan.window);
  const request: LlmRequest = {
    purpose: "summary",
    model: model.name,
    instructions: `${SUMMARISE}\n\nWrite at most ${Math.floor(maxTokens / 2)} words.`,
    messages: [{ role: "user", content: [{ type: "text", text: transcriptOf(plan, (plan.window * TRANSCRIPT_SHARE) / plan.scale) }] }],
    tools: [],
    // Thoughts count too: a model that thinks by itself must not use up all its words for them.
    maxTokens: Math.min(maxTokens * 4, model.outputLimit ?? maxTokens * 4),
    outputLimit: model.outputLimit,
  };
  const partial = { text: "", firstTokenMs: null, durationMs: 0 };
  const writing = callModel(model.driver, request, signal, partial);
  for (;;) {
    const written = await writing.next();
    if (written.done) return written.value;
  }
}

const TRANSCRIPT_SHARE = 0.6;

/** What another try can't cure, nor another call with the same conversation show. */
const ABOUT_THE_WORDS: readonly LlmErrorCode[] = ["bad_response", "bad_request", "context_too_long"];

const emptySummary = (reason: string): LlmError => new LlmError("bad_response", "the model gave no summary", reason === "stop");

/** How often this model has failed to summarise in this step. */
const triesOf = (log: readonly EventDraft[], { name, provider }: LoopModel, { step }: CallModel): number =>
  log.filter(
    ({ type, data }) =>
      type === "model.retrying" && data.compacting === true && data.step === step && data.model === name && data.provider === provider,
  ).length;

const asCompacting = (fact: EventDraft): EventDraft =>
  fact.type === "model.retrying" ? { ...fact, data: { ...fact.data, compacting: true } } : fact;

type Made = Pick<EventData<"context.compacted">, "model" | "provider" | "usage" | "cost_usd" | "duration_ms" | "summary">;

function compacted(input: LoopInput, log: readonly EventDraft[], { step }: CallModel, plan: Compaction, made: Made): EventDraft {
  const { fromSequence, toSequence, tokensBefore, window, scale } = plan;
  const data = {
    step,
    from_sequence: fromSequence,
    to_sequence: toSequence,
    tokens_before: tokensBefore,
    tokens_after: 0,
    context_window: window,
    ...made,
  };
  const tokens_after = tokensOf(input, [...log, { type: "context.compacted", data }], scale);
  return { type: "context.compacted", data: { ...data, tokens_after } };
}
