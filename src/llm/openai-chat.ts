import type { OpenAI } from "openai";
import type { ChatCompletionChunk, ChatCompletionContentPart, ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { CompletionUsage } from "openai/resources/completions";
import { noUsage, type Usage } from "@/domain/usage";
import { type Answer, createAnswer, type GrowingCall } from "./answer";
import { type FinishReason, type LlmConnection, LlmError, type LlmEvent, type LlmMessage, type LlmRequest } from "./llm";
import { callArguments, callName, imageUrl, joinedText, resultText, sealFor, systemNote, unseal } from "./prompt";
import { cutShort } from "./provider-errors";
import type { Wire } from "./wire";

const driver = "openai_chat";

/** Servers that are not OpenAI stream reasoning under one of these names. */
const reasoningFields = ["reasoning_content", "reasoning"] as const;
type Delta = ChatCompletionChunk.Choice.Delta & { [Field in (typeof reasoningFields)[number]]?: unknown };

export async function* streamChat(client: OpenAI, request: LlmRequest, wire: Wire, { type }: LlmConnection): AsyncGenerator<LlmEvent> {
  const answer = createAnswer(request, wire.peer, driver);
  const callAt = createCallFinder(answer);
  let usage = noUsage;
  let finish: string | null = null;
  let hasRefused = false;

  const stream = await client.chat.completions.create(chatBody(request, wire, type), { signal: wire.signal });
  for await (const chunk of stream) {
    if (chunk.usage) usage = readUsage(chunk.usage);
    const choice = chunk.choices?.[0];
    if (!choice) continue;
    const delta: Delta = choice.delta ?? {};
    const field = reasoningFields.find((name) => typeof delta[name] === "string" && delta[name] !== "");
    if (field) yield* answer.reasoning(String(delta[field]), sealFor(wire.peer.host, { field }));
    if (typeof delta.content === "string") yield* answer.text(delta.content);
    if (typeof delta.refusal === "string" && delta.refusal !== "") {
      hasRefused = true;
      yield* answer.text(delta.refusal);
    }
    for (const piece of delta.tool_calls ?? []) {
      const { call, events } = callAt(piece);
      yield* events;
      yield* answer.callDelta(call, piece.function?.arguments ?? "");
    }
    finish = choice.finish_reason ?? finish;
  }
  wire.signal.throwIfAborted();
  if (finish === null) throw cutShort(wire.peer);
  if (finish === "error") throw new LlmError("provider_error", `${wire.peer.host} failed in the middle of its answer.`, true);
  yield answer.finish(usage, hasRefused ? "refusal" : readFinish(finish));
}

/** The same request is always the same bytes: keys stand in one order, and what is absent is left out. */
function chatBody(request: LlmRequest, wire: Wire, type: LlmConnection["type"]) {
  const { model, instructions, messages, tools, maxTokens, temperature, reasoningEffort, cacheKey } = request;
  // OpenAI's reasoning models refuse `max_tokens`; most other servers know nothing else.
  const isAtOpenAi = /(^|\.)openai\.com(:\d+)?$/.test(wire.peer.host);
  const isOpenAi = type === "azure_openai" || isAtOpenAi;
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  return {
    model,
    messages: [
      ...(instructions === "" ? [] : [{ role: "system" as const, content: instructions }]),
      ...messages.flatMap((message, index) => chatMessages(message, index > lastUser, wire.peer.host)),
    ],
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({ type: "function" as const, function: { name, description, parameters } })),
    }),
    ...(maxTokens !== undefined && (isOpenAi ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens })),
    ...(temperature !== undefined && { temperature }),
    // The words differ from server to server; each refuses what it does not know.
    ...(reasoningEffort !== undefined && { reasoning_effort: reasoningEffort as "high" }),
    // Other servers may refuse what they do not know.
    ...(isAtOpenAi && cacheKey !== undefined && { prompt_cache_key: cacheKey }),
    stream: true as const,
    stream_options: { include_usage: true },
  };
}

function chatMessages(message: LlmMessage, isThisTurn: boolean, host: string): ChatCompletionMessageParam[] {
  switch (message.role) {
    case "system":
      return [{ role: "user", content: systemNote(message.content) }];
    case "user":
      return [{ role: "user", content: userContent(message) }];
    case "tool_result":
      return message.content.flatMap((part) =>
        part.type === "tool_result" ? [{ role: "tool", tool_call_id: part.tool_call_id, content: resultText(part) }] : [],
      );
    case "assistant":
      return assistantMessage(message, isThisTurn, host);
  }
}

function userContent(message: LlmMessage): string | ChatCompletionContentPart[] {
  if (message.content.every(({ type }) => type === "text")) return joinedText(message.content);
  return message.content.flatMap((part): ChatCompletionContentPart[] => {
    if (part.type === "text") return [{ type: "text", text: part.text }];
    return part.type === "image" ? [{ type: "image_url", image_url: { url: imageUrl(part) } }] : [];
  });
}

function assistantMessage(message: LlmMessage, isThisTurn: boolean, host: string): ChatCompletionMessageParam[] {
  const text = joinedText(message.content);
  const calls = message.content.flatMap((part) => (part.type === "tool_call" ? [part] : []));
  if (text === "" && calls.length === 0) return [];
  const said = {
    role: "assistant" as const,
    content: text === "" ? null : text,
    ...(calls.length > 0 && {
      tool_calls: calls.map((part) => ({
        id: part.id,
        type: "function" as const,
        function: { name: callName(part), arguments: JSON.stringify(callArguments(part)) },
      })),
    }),
    // Servers with thinking models want the thoughts back while the tools of this turn run, and refuse or ignore older ones.
    ...(isThisTurn && calls.length > 0 && reasoningSentBack(message, host)),
  };
  return [said];
}

function reasoningSentBack(message: LlmMessage, host: string): Record<string, string> {
  const thoughts = message.content.flatMap((part) =>
    part.type === "reasoning" ? [{ text: part.text, sealed: unseal(part, driver, host) }] : [],
  );
  const field = reasoningFields.find((name) => thoughts[0]?.sealed?.field === name);
  return field ? { [field]: thoughts.map(({ text }) => text).join("") } : {};
}

type Piece = ChatCompletionChunk.Choice.Delta.ToolCall;

/**
 * Which call a piece belongs to. OpenAI numbers its calls; other servers leave the number out, or give every call the number 0,
 * and tell a new call by its id, or only by its name.
 */
function createCallFinder(answer: Answer) {
  const open = new Map<number, { call: GrowingCall; givenId: string | undefined }>();
  let newest = 0;
  return (piece: Piece): { call: GrowingCall; events: LlmEvent[] } => {
    const id = piece.id || undefined;
    const name = piece.function?.name || undefined;
    const index = piece.index ?? newest;
    const known = open.get(index);
    const isOther =
      known !== undefined &&
      ((id !== undefined && id !== known.givenId) || (id === undefined && name !== undefined && isJson(known.call.text)));
    if (known && !isOther) return { call: known.call, events: [] };
    const started = answer.startCall(id, name ?? "");
    open.set(index, { call: started.call, givenId: id });
    newest = index;
    return started;
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const readUsage = (usage: CompletionUsage): Usage => ({
  input_tokens: usage.prompt_tokens ?? 0,
  output_tokens: usage.completion_tokens ?? 0,
  cache_read_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
  cache_write_tokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
  reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
});

function readFinish(reason: string): FinishReason {
  if (reason === "function_call") return "tool_calls";
  return reason === "stop" || reason === "tool_calls" || reason === "length" || reason === "content_filter" ? reason : "other";
}
