import { LlmError } from "@/llm/llm";
import { AppError } from "@/platform/app-error";

/** The longest that a provider may take to answer a person who waits for it. */
const DEADLINE_MS = 15_000;

/** Calls a provider. What the provider, or the network, did wrong is thrown as an `LlmError`; only a bug is thrown as anything else. */
export async function callProvider<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    return await call(signal);
  } catch (error) {
    if (error instanceof LlmError || error instanceof AppError || !signal.aborted) throw error;
    throw new LlmError("timeout", `The provider did not answer within ${DEADLINE_MS / 1000} seconds`, true);
  }
}
