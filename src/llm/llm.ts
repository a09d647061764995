import type { ProviderSettings, ProviderType } from "@/domain/llm-provider";
import type { ContentPart, ToolCallPart } from "@/domain/message";
import type { Usage } from "@/domain/usage";

/** One message of the conversation as a driver sees it. Tool results arrive one per message; a driver groups them as its protocol wants. */
export type LlmMessage = { role: "user" | "assistant" | "tool_result" | "system"; content: readonly ContentPart[] };

export type LlmTool = { name: string; description: string; parameters: Record<string, unknown> };

/** Everything that one model call depends on. The same request must become the same bytes: providers cache prompts by prefix. */
export type LlmRequest = {
  /** The provider's own name of the model. */
  model: string;
  instructions: string;
  messages: readonly LlmMessage[];
  tools: readonly LlmTool[];
  maxTokens?: number | undefined;
  temperature?: number | undefined;
  /** The provider's own word: `low`, `medium`, `high`, … */
  reasoningEffort?: string | undefined;
  /** Most tokens the model can write, where known; a driver whose protocol demands a limit uses it. */
  outputLimit?: number | undefined;
  /** The same for all calls that begin with the same messages, so that a provider can send them to where its cache is. */
  cacheKey?: string | undefined;
  /** A conversation's summary: no other call will begin like this one, so nothing of it is worth a cache. */
  purpose?: "summary" | undefined;
};

export type FinishReason = "stop" | "tool_calls" | "length" | "content_filter" | "refusal" | "other";

/**
 * What a driver says while a model answers. `part` is the index of the content part that a delta belongs to: parts come in order,
 * and one part is finished before the next begins, except tool calls, which may be written side by side.
 * The last event is always `finished`, whose `content` is the whole answer; a stream that ends without it has failed.
 */
export type LlmEvent =
  | { type: "text_delta"; delta: string }
  | { type: "reasoning_delta"; delta: string }
  | { type: "tool_call_delta"; index: number; id: string; name: string; delta: string }
  | { type: "finished"; content: ContentPart[]; usage: Usage; finishReason: FinishReason };

/** Speaks one provider's wire protocol. It throws `LlmError`, never retries, and stops with the signal's reason when aborted. */
export type LlmDriver = {
  stream(request: LlmRequest, signal: AbortSignal): AsyncIterable<LlmEvent>;
  /** The names of the models that the provider offers to this key. */
  listModels(signal: AbortSignal): Promise<string[]>;
};

/** The calls that run at one provider, and who waits for one of them to end. */
export type ProviderCalls = {
  /** Begins a call and returns what ends it; null while the provider has all the calls that it may have at once. */
  enter(): (() => void) | null;
  /** Resolves once it is worth asking again, in the order of asking. */
  whenFree(): Promise<void>;
};

/** A provider row with its key opened: what a driver is made from. */
export type LlmConnection = {
  type: ProviderType;
  baseUrl: string | null;
  apiKey: string | null;
  settings: ProviderSettings;
};

export type LlmErrorCode =
  | "rate_limited"
  | "overloaded"
  | "provider_error"
  | "unreachable"
  | "timeout"
  | "invalid_api_key"
  | "not_permitted"
  | "model_not_found"
  | "context_too_long"
  | "bad_request"
  | "bad_response";

/**
 * A provider's failure in words a person can act on. `message` never holds a key.
 * `retryable` says that the same request may succeed later; `retryAfterMs` is the provider's own wish.
 */
export class LlmError extends Error {
  override readonly name = "LlmError";
  constructor(
    readonly code: LlmErrorCode,
    message: string,
    readonly retryable: boolean,
    readonly retryAfterMs?: number | undefined,
  ) {
    super(message);
  }
}

/** Not called at all: the provider has failed too often just now. `code` is that of its last failure, `retryAfterMs` the rest of its rest. */
export class ProviderResting extends LlmError {
  constructor(code: LlmErrorCode, message: string, retryAfterMs: number) {
    super(code, message, true, retryAfterMs);
  }
}

/** Deeper than this nothing of ours can be asked for, and what walks through it would run out of stack. */
const MAX_DEPTH = 64;

/** Arguments arrive as text; what is not JSON, or is nested without sense, stays text, so that the tool can tell the model what was wrong. */
export function parseArguments(text: string): ToolCallPart["arguments"] {
  if (text.trim() === "") return {};
  try {
    const given: ToolCallPart["arguments"] = JSON.parse(text);
    return isDeeper(given, MAX_DEPTH) ? text : given;
  } catch {
    return text;
  }
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" && value !== null && (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));
