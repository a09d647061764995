import { type EventDraft, isMessageDraft } from "@/domain/event";
import { LlmError } from "@/llm/llm";
import { callModel, type PartialAnswer } from "./call-model";
import { toConversation } from "./conversation";
import type { Failure, Loop, LoopInput } from "./loop";
import type { Step } from "./next-step";
import { TurnCancelled } from "./stop";

/** What a model call came to: facts to keep, or a failure that ends the turn. */
export type Asked = { facts: EventDraft[]; failure: Failure | null };

/** Makes one model call and tells its deltas as they come. Never throws: what went wrong is in what it returns. */
export async function* askModel(input: LoopInput, log: readonly EventDraft[], step: Extract<Step, { kind: "call_model" }>): Loop<Asked> {
  const { model, signal, controls } = input;
  const { message_id, ...begun } = log.findLast((event) => event.type === "model.started")!.data;
  const about = { message_id, step: begun.step, attempt: begun.attempt, model: model.name, provider: model.provider };
  const partial: PartialAnswer = { text: "", firstTokenMs: null, durationMs: 0 };
  const own = toConversation(log.filter(isMessageDraft).map(({ data }) => data));
  const request = {
    model: model.name,
    instructions: input.instructions,
    messages: [...input.history, ...own],
    tools: input.describedTools,
    maxTokens: controls?.max_tokens ?? undefined,
    temperature: controls?.temperature ?? undefined,
    reasoningEffort: controls?.reasoning?.effort ?? undefined,
    outputLimit: model.outputLimit,
  };

  yield { kind: "message_begun", message: { message_id, step: begun.step, attempt: begun.attempt } };
  try {
    const writing = callModel(model.driver, request, signal, partial);
    let written = await writing.next();
    for (; !written.done; written = await writing.next()) yield { kind: "delta", delta: written.value };

    const { content, usage, finishReason, durationMs, firstTokenMs } = written.value;
    if (!content.some((part) => part.type === "text" || part.type === "tool_call")) throw emptyAnswer(finishReason);
    const calls = content.flatMap((part) =>
      part.type === "tool_call" ? [{ id: part.id, name: part.name, arguments: part.arguments }] : [],
    );
    const cost_usd = model.cost(usage);
    return {
      failure: null,
      facts: [
        {
          type: "model.completed",
          data: { ...about, usage, cost_usd, finish_reason: finishReason, duration_ms: durationMs, time_to_first_token_ms: firstTokenMs },
        },
        {
          type: "message.assistant",
          id: message_id,
          data: { role: "assistant", content, tool_calls: calls.length > 0 ? calls : null, usage },
        },
      ],
    };
  } catch (error) {
    if (signal.aborted) return { facts: signal.reason instanceof TurnCancelled ? cutShort(message_id, partial.text) : [], failure: null };
    return afterFailure(input, error, about, step.attempt);
  }
}

/** Words that a person has read already are kept when that person stops the turn, and marked. */
const cutShort = (id: string, text: string): EventDraft[] =>
  text === ""
    ? []
    : [{ type: "message.assistant", id, data: { role: "assistant", content: [{ type: "text", text }], metadata: { cancelled: true } } }];

function emptyAnswer(reason: string): LlmError {
  if (reason === "content_filter" || reason === "refusal")
    return new LlmError("bad_response", "the provider's filter withheld the answer", false);
  if (reason === "length") return new LlmError("bad_response", "the answer's token limit was used up before any text came", false);
  return new LlmError("bad_response", "the model gave an empty answer", true);
}

type About = { message_id: string; step: number; attempt: number; model: string; provider: string };

function afterFailure({ limits, now, random, onInternalError }: LoopInput, error: unknown, about: About, attempt: number): Asked {
  if (!(error instanceof LlmError)) {
    onInternalError(error, "model");
    return { facts: [], failure: { code: "internal_error", message: "an internal error; the server's log says more" } };
  }
  const { code, message } = error;
  if (!error.retryable || attempt >= limits.maxAttempts || (error.retryAfterMs ?? 0) > MAX_RETRY_AFTER_MS)
    return { facts: [], failure: { code, message } };

  const backoff = FIRST_RETRY_MS * 2 ** (attempt - 1) * (0.75 + random() / 2);
  const delay_ms = Math.round(Math.max(backoff, error.retryAfterMs ?? 0));
  return {
    failure: null,
    facts: [
      {
        type: "model.retrying",
        data: { ...about, code, error: message, delay_ms, next_retry_at: new Date(now() + delay_ms).toISOString() },
      },
    ],
  };
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_AFTER_MS = 60_000;
