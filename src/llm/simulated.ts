import type { ProviderSettings } from "@/domain/llm-provider";
import type { ContentPart } from "@/domain/message";
import type { Usage } from "@/domain/usage";
import type { FinishReason, LlmDriver, LlmEvent, LlmRequest } from "./llm";
import { decide, textOf } from "./simulated-answer";
import { createScriptReader, findScript, type ScriptStep, scriptedError } from "./simulated-script";
import { simulatedSummary, summarisedAnswers } from "./simulated-summary";

const defaultDelayMs = 10;
const charactersPerToken = 4;
const tokensPerImage = 1000;

/**
 * A model that is built in: it needs no network, and answers the same to the same conversation. It calls tools that it is offered for
 * plain requests (sums, the time, the weather, plans), and follows a script where the last message of the user carries one.
 */
export function simulatedDriver(settings: ProviderSettings): LlmDriver {
  const readScript = createScriptReader();
  return {
    async *stream(request, signal) {
      signal.throwIfAborted();
      const isSummary = request.purpose === "summary";
      const step = isSummary ? { text: simulatedSummary(request) } : (scriptedStep(request, readScript) ?? ownStep(request));
      const { parts, finishReason } = write(request, step);
      for (const [index, event] of parts.flatMap(({ events }) => events).entries()) {
        await pause(index === 0 ? 0 : (step.delay_ms ?? settings.delay_ms ?? defaultDelayMs), signal);
        yield event;
      }
      if (step.hang) await pause(Number.POSITIVE_INFINITY, signal);
      if (step.error) throw scriptedError(step.error);
      const content = parts.map(({ part }) => part);
      yield { type: "finished", content, usage: usageOf(request, content), finishReason };
    },
    async listModels(signal) {
      signal.throwIfAborted();
      return ["simulated-1"];
    },
  };
}

function scriptedStep({ messages }: LlmRequest, readScript: ReturnType<typeof createScriptReader>): ScriptStep | undefined {
  const position = messages.findLastIndex(({ role }) => role === "user");
  const message = messages[position];
  const script = message && findScript(textOf(message));
  if (script?.kind === "broken") return { text: `I cannot follow this script: ${script.reason}.` };
  if (!script) return undefined;
  const answers = messages.slice(position).filter(({ role }) => role === "assistant").length;
  return readScript(script, answers + summarisedAnswers(messages.slice(0, position), textOf(message)));
}

function ownStep(request: LlmRequest): ScriptStep {
  const move = decide(request);
  const isThinking = request.reasoningEffort !== undefined && request.reasoningEffort !== "none";
  if (move.kind === "say") return { text: move.text, ...(isThinking && { reasoning: "I know enough to answer." }) };
  const names = move.calls.map(({ name }) => name).join(", ");
  return { call: move.calls, ...(isThinking && { reasoning: `I need tools for this: ${names}.` }) };
}

type WrittenPart = { part: ContentPart; events: LlmEvent[] };

/** The whole answer, each part with the pieces that it is streamed in; cut off where the request's limit is reached. */
function write(request: LlmRequest, step: ScriptStep): { parts: WrittenPart[]; finishReason: FinishReason } {
  let room = (request.maxTokens ?? Number.POSITIVE_INFINITY) * charactersPerToken;
  let isCut = false;
  const fit = (pieces: string[]): string[] =>
    pieces.filter((piece) => {
      isCut ||= piece.length > room;
      if (!isCut) room -= piece.length;
      return !isCut;
    });

  const parts: WrittenPart[] = [];
  const reasoning = fit(piecesOf(step.reasoning ?? ""));
  if (reasoning.length > 0) {
    const events = reasoning.map((delta): LlmEvent => ({ type: "reasoning_delta", delta }));
    parts.push({ part: { type: "reasoning", text: reasoning.join("") }, events });
  }
  const repeated = step.repeat ? Array.from({ length: step.times ?? 1 }, () => step.repeat!) : [];
  const text = fit([...piecesOf(step.text ?? ""), ...repeated]);
  if (text.length > 0) {
    parts.push({ part: { type: "text", text: text.join("") }, events: text.map((delta): LlmEvent => ({ type: "text_delta", delta })) });
  }
  const idPrefix = step.call?.length ? callIdPrefix(request) : "";
  for (const [index, { name, arguments: given = {} }] of (step.call ?? []).entries()) {
    const pieces = piecesOf(JSON.stringify(given));
    if (fit(pieces).length < pieces.length) break;
    const id = `${idPrefix}_${index + 1}`;
    const events = ["", ...pieces].map((delta): LlmEvent => ({ type: "tool_call_delta", index, id, name, delta }));
    parts.push({ part: { type: "tool_call", id, name, arguments: given }, events });
  }
  const calls = parts.some(({ part }) => part.type === "tool_call");
  return { parts, finishReason: isCut ? "length" : (step.finish_reason ?? (calls ? "tool_calls" : "stop")) };
}

/** Word by word, with the space that follows each word. */
const piecesOf = (text: string): string[] => text.match(/\s*\S+\s?|\s+/g) ?? [];

/** The same for the same conversation, and unlike any other in it: it depends on all that came before. */
const callIdPrefix = ({ messages }: LlmRequest): string =>
  `call_${new Bun.CryptoHasher("sha256").update(JSON.stringify(messages)).digest("hex").slice(0, 16)}`;

function usageOf({ instructions, messages }: LlmRequest, content: readonly ContentPart[]): Usage {
  const reasoning = content.filter(({ type }) => type === "reasoning");
  return {
    input_tokens: tokens(instructions.length) + messages.reduce((sum, message) => sum + tokensOf(message.content), 0),
    output_tokens: tokensOf(content),
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: tokensOf(reasoning),
  };
}

const tokens = (characters: number) => Math.ceil(characters / charactersPerToken);
const tokensOf = (content: readonly ContentPart[]): number => content.reduce((sum, part) => sum + tokensOfPart(part), 0);

function tokensOfPart(part: ContentPart): number {
  switch (part.type) {
    case "image":
      return tokensPerImage;
    case "tool_call":
      return tokens(part.name.length + JSON.stringify(part.arguments).length);
    case "tool_result":
      return tokens((part.error ?? JSON.stringify(part.result)).length);
    default:
      return tokens(part.text.length);
  }
}

/** Always lets other work go on, also for 0 ms. Throws the signal's reason as soon as it is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const timer = ms > 0 && Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
  const immediate = ms === 0 ? setImmediate(resolve) : undefined;
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    if (immediate) clearImmediate(immediate);
    signal.removeEventListener("abort", abort);
  }
}
