import { type LlmDriver, LlmError, type LlmErrorCode, ProviderResting } from "@/llm/llm";

export type CircuitOptions = { now: () => number; mostFailures?: number; restMs?: number };

/** More than one turn makes by itself, so that a single unlucky one decides nothing for the others. */
const MOST_FAILURES = 5;
const REST_MS = 15_000;

/** What a provider that is down, or that nobody can reach, fails with. One that refuses, limits or is busy is there. */
const DOWN: readonly LlmErrorCode[] = ["unreachable", "timeout", "provider_error"];
const THERE: readonly LlmErrorCode[] = ["rate_limited", "overloaded", "invalid_api_key", "not_permitted", "model_not_found", "bad_request"];

/**
 * Remembers whether a provider is down: after some failures in a row its guarded calls fail at once for `restMs` milliseconds. Then one is let
 * through to try it, and the others go on failing until that one has brought a first word. Kept in memory: a new start tries again.
 */
export function createCircuit({ now, mostFailures = MOST_FAILURES, restMs = REST_MS }: CircuitOptions) {
  let failures = 0;
  let last: LlmError | undefined;
  let restsUntil: number | null = null;
  let isTrying = false;

  const close = () => {
    failures = 0;
    restsUntil = null;
  };

  const rest = () => {
    restsUntil = now() + restMs;
  };

  const fail = (error: LlmError) => {
    last = error;
    failures++;
    if (failures >= mostFailures && !isResting()) rest();
  };

  /** A clock that was set back does not prolong it. */
  function isResting(): boolean {
    const leftMs = restsUntil === null ? 0 : restsUntil - now();
    return leftMs > 0 && leftMs <= restMs;
  }

  /** Throws while the provider rests; true when this call is the one that tries it. */
  function admit(): boolean {
    if (restsUntil === null || last === undefined) return false;
    if (!isResting() && !isTrying) return true;
    const waitMs = isResting() ? restsUntil - now() : restMs;
    throw new ProviderResting(last.code, `${last.message} It is tried again in ${Math.ceil(waitMs / 1000)} s.`, waitMs);
  }

  const wrap = (driver: LlmDriver, isGuarded: boolean): LlmDriver => ({
    listModels: (signal) => driver.listModels(signal),
    async *stream(request, signal) {
      const isTrial = isGuarded && admit();
      if (isTrial) isTrying = true;
      try {
        for await (const event of driver.stream(request, signal)) {
          if (restsUntil !== null || event.type === "finished") close();
          yield event;
        }
      } catch (error) {
        if (error instanceof LlmError && !signal.aborted) {
          if (error.retryable && DOWN.includes(error.code)) fail(error);
          if (THERE.includes(error.code)) close();
        }
        throw error;
      } finally {
        if (isTrial) isTrying = false;
      }
    },
  });

  return {
    /** For turns: calls fail with `ProviderResting` while the provider rests. */
    guard: (driver: LlmDriver): LlmDriver => wrap(driver, true),
    /** For a person who wants to know: really calls, and a success ends the rest. */
    watch: (driver: LlmDriver): LlmDriver => wrap(driver, false),
  };
}
