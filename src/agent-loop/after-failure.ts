import type { EventDraft } from "@/domain/event";
import { LlmError, type LlmErrorCode, ProviderResting } from "@/llm/llm";
import type { Failure, LoopInput, LoopModel } from "./loop";
import type { ModelName } from "./next-step";

/** What a model call came to: facts to keep, or a failure that ends the turn. */
export type Asked = { facts: EventDraft[]; failure: Failure | null };

type Failed = {
  input: LoopInput;
  model: LoopModel;
  log: readonly EventDraft[];
  about: { message_id: string; step: number; attempt: number; model: string; provider: string };
  /** How often this model has been asked in this step. */
  tries: number;
  /** A shorter request can be made after this retry, and was not made in this step before. */
  couldFit?: (retry: EventDraft) => boolean;
};

/** Asks again after a while, or somebody else at once, or gives up. What comes of it is in the log, so that a restart goes on with it. */
export function afterFailure({ input, model, log, about, tries, couldFit }: Failed, error: unknown): Asked {
  if (!(error instanceof LlmError)) {
    input.onInternalError(error, "model");
    return { facts: [], failure: { code: "internal_error", message: "an internal error; the server's log says more" } };
  }
  const retryAt = (delay_ms: number, fallback: ModelName | null): EventDraft => ({
    type: "model.retrying",
    data: {
      ...about,
      code: error.code,
      error: error.message,
      delay_ms,
      next_retry_at: new Date(input.now() + delay_ms).toISOString(),
      fallback,
    },
  });
  if (error.code === "context_too_long" && couldFit?.(retryAt(0, null))) return { facts: [retryAt(0, null)], failure: null };

  const retryAfterMs = error.retryAfterMs ?? 0;
  const isWorthATry = error.retryable && tries < input.limits.maxAttempts && retryAfterMs <= LONGEST_WAIT_MS;
  const fallback = isWorthATry && !(error instanceof ProviderResting) ? null : fallbackFor(error, input.models, model, log);
  if (!isWorthATry && !fallback) return { facts: [], failure: { code: error.code, message: error.message } };

  const backoffMs = FIRST_RETRY_MS * 2 ** (tries - 1) * (0.75 + input.random() / 2);
  const delay_ms = fallback ? 0 : Math.round(Math.max(backoffMs, retryAfterMs));
  return { failure: null, facts: [retryAt(delay_ms, fallback)] };
}

const FIRST_RETRY_MS = 500;
/** No retry waits longer, whatever a provider asks for. */
export const LONGEST_WAIT_MS = 60_000;

/** What says that this provider can't answer, although asking it again would not help either. */
const CANNOT_ANSWER: readonly LlmErrorCode[] = ["invalid_api_key", "not_permitted", "model_not_found", "rate_limited", "unreachable"];

/** The next model that the turn has not given up yet. None for a failure that is about the conversation or the answer: another model is no cure for it. */
function fallbackFor(error: LlmError, models: LoopInput["models"], failed: LoopModel, log: readonly EventDraft[]) {
  if (!error.retryable && !CANNOT_ANSWER.includes(error.code)) return null;
  const isGivenUp = ({ name, provider }: LoopModel): boolean =>
    log.some(({ type, data }) => type === "model.retrying" && data.fallback != null && data.model === name && data.provider === provider);
  const next = models.find((model) => model !== failed && !isGivenUp(model));
  return next ? { model: next.name, provider: next.provider } : null;
}
