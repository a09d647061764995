import type { EventDraft } from "@/domain/event";
import { LlmError } from "@/llm/llm";
import { type Asked, afterFailure } from "./after-failure";
import { callModel, type PartialAnswer } from "./call-model";
import { sizeOf } from "./context-size";
import { isTooLong, messagesFor, planCompaction } from "./fit-context";
import type { Loop, LoopInput, LoopModel } from "./loop";
import type { CallModel } from "./next-step";
import { createRoom, OutputLimit } from "./output-limit";
import { TurnCancelled } from "./stop";

/** Makes one model call and tells its deltas as they come. Never throws: what went wrong is in what it returns. */
export async function* askModel(input: LoopInput, model: LoopModel, log: readonly EventDraft[], step: CallModel): Loop<Asked> {
  const { signal, limits } = input;
  const { controls } = model;
  const { message_id, ...begun } = log.findLast((event) => event.type === "model.started")!.data;
  const about = { message_id, step: begun.step, attempt: begun.attempt, model: model.name, provider: model.provider };
  const partial: PartialAnswer = { text: "", firstTokenMs: null, durationMs: 0 };
  const room = createRoom(limits.maxOutputBytes, log);
  const messages = messagesFor(input, model, log);
  const request = {
    model: model.name,
    instructions: input.instructions,
    messages,
    tools: input.describedTools,
    cacheKey: input.turn.sessionId,
    maxTokens: controls?.max_tokens ?? undefined,
    temperature: controls?.temperature ?? undefined,
    reasoningEffort: controls?.reasoning?.effort ?? undefined,
    outputLimit: model.outputLimit,
  };

  yield { kind: "message_begun", message: { message_id, step: begun.step, attempt: begun.attempt } };
  try {
    const writing = callModel(model.driver, request, signal, partial);
    let written = await writing.next();
    for (; !written.done; written = await writing.next()) {
      room.take(written.value.delta);
      yield { kind: "delta", delta: written.value };
    }

    const { content, usage, finishReason, durationMs, firstTokenMs, reasoningMs } = written.value;
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
          data: {
            ...about,
            usage,
            cost_usd,
            finish_reason: finishReason,
            duration_ms: durationMs,
            time_to_first_token_ms: firstTokenMs,
            reasoning_duration_ms: reasoningMs,
          },
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
    if (error instanceof OutputLimit) return { facts: [], failure: { code: "output_limit", message: error.message } };
    const couldFit = (retry: EventDraft): boolean => {
      const known = [...log, retry];
      const hadItsChance = log.some((event) => isTooLong(event, model) && "step" in event.data && event.data.step === step.step);
      if (hadItsChance) return false;
      return planCompaction(input, model, known) !== null || sizeOf(messagesFor(input, model, known)) < sizeOf(messages);
    };
    return afterFailure({ input, model, log, about, tries: step.tries, couldFit }, error);
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
