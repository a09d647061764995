import type { ContentPart } from "@/domain/message";
import type { Usage } from "@/domain/usage";
import type { FinishReason, LlmDriver, LlmEvent, LlmRequest } from "@/llm/llm";

export type Delta =
  | { type: "message.delta" | "reasoning.delta"; delta: string }
  | { type: "tool_call.delta"; tool_call_id: string; name: string; delta: string };

export type Answer = {
  content: ContentPart[];
  usage: Usage;
  finishReason: FinishReason;
  durationMs: number;
  firstTokenMs: number | null;
  /** While it told what it thought; null where it told nothing. */
  reasoningMs: number | null;
};

/** What was written before the call was cut short. */
export type PartialAnswer = { text: string; firstTokenMs: number | null; durationMs: number };

/** Streams one answer. `partial` is kept up to date all the while, for whoever cuts the call short. Throws what the driver throws. */
export async function* callModel(
  driver: LlmDriver,
  request: LlmRequest,
  signal: AbortSignal,
  partial: PartialAnswer,
): AsyncGenerator<Delta, Answer> {
  const begun = performance.now();
  const elapsed = () => Math.round(performance.now() - begun);
  let reasoningMs: number | null = null;
  let thinkingSince: number | null = null;

  for await (const event of driver.stream(request, signal)) {
    partial.durationMs = elapsed();
    if (event.type === "reasoning_delta") thinkingSince ??= partial.durationMs;
    else if (thinkingSince !== null) {
      reasoningMs = (reasoningMs ?? 0) + partial.durationMs - thinkingSince;
      thinkingSince = null;
    }
    if (event.type === "finished") {
      const { content, usage, finishReason } = event;
      return { content, usage, finishReason, durationMs: elapsed(), firstTokenMs: partial.firstTokenMs, reasoningMs };
    }
    partial.firstTokenMs ??= elapsed();
    if (event.type === "text_delta") partial.text += event.delta;
    yield toDelta(event);
  }
  throw signal.aborted ? signal.reason : new Error("A driver ended without `finished`");
}

function toDelta(event: Exclude<LlmEvent, { type: "finished" }>): Delta {
  if (event.type === "tool_call_delta") return { type: "tool_call.delta", tool_call_id: event.id, name: event.name, delta: event.delta };
  return { type: event.type === "text_delta" ? "message.delta" : "reasoning.delta", delta: event.delta };
}
