import type { OpenAI } from "openai";
import type {
  Response,
  ResponseCreateParamsStreaming,
  ResponseInputContent,
  ResponseInputItem,
  ResponseReasoningItem,
} from "openai/resources/responses/responses";
import { noUsage, type Usage } from "@/domain/usage";
import { createAnswer, type GrowingCall } from "./answer";
import type { FinishReason, LlmEvent, LlmMessage, LlmRequest } from "./llm";
import { callArguments, callName, imageUrl, joinedText, portableCallId, resultText, sealFor, unseal } from "./prompt";
import { cutShort, refused } from "./provider-errors";
import type { Wire } from "./wire";

const driver = "openai_responses";

/** Stateless: nothing is stored at OpenAI, and reasoning carries on as encrypted items that go back with the next step. */
export async function* streamResponses(client: OpenAI, request: LlmRequest, wire: Wire): AsyncGenerator<LlmEvent> {
  const answer = createAnswer(request, wire.peer, driver);
  const calls = new Map<number, GrowingCall>();
  let hasRefused = false;

  const stream = await client.responses.create(responsesBody(request, wire.peer.host), { signal: wire.signal });
  for await (const event of stream) {
    switch (event.type) {
      case "response.output_text.delta":
        yield* answer.text(event.delta);
        break;
      case "response.refusal.delta":
        hasRefused = true;
        yield* answer.text(event.delta);
        break;
      case "response.reasoning_summary_part.added":
        if (event.summary_index > 0) yield* answer.reasoning("\n\n");
        break;
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        yield* answer.reasoning(event.delta);
        break;
      case "response.output_item.added": {
        if (event.item.type === "message") answer.separateText();
        if (event.item.type !== "function_call") break;
        const { call, events } = answer.startCall(event.item.call_id, event.item.name);
        calls.set(event.output_index, call);
        yield* events;
        break;
      }
      case "response.function_call_arguments.delta": {
        const call = calls.get(event.output_index);
        if (call) yield* answer.callDelta(call, event.delta);
        break;
      }
      case "response.output_item.done": {
        if (event.item.type === "reasoning" && event.item.encrypted_content) answer.seal(sealItem(event.item, wire.peer.host));
        const call = calls.get(event.output_index);
        // Some servers send the arguments in one piece, with the finished item.
        if (event.item.type === "function_call" && call?.text === "") yield* answer.callDelta(call, event.item.arguments ?? "");
        break;
      }
      case "response.failed":
        throw refused(wire.peer, { body: event.response });
      case "error":
        throw refused(wire.peer, { body: event });
      case "response.completed":
      case "response.incomplete":
        yield answer.finish(readUsage(event.response), readFinish(event.response, hasRefused));
        return;
    }
  }
  wire.signal.throwIfAborted();
  throw cutShort(wire.peer);
}

const sealItem = ({ id, summary, encrypted_content }: ResponseReasoningItem, host: string): string =>
  sealFor(host, { type: "reasoning", id, summary: summary ?? [], encrypted_content });

/** Models that do not reason refuse both reasoning options; a deployment with a name of its own is known by the effort it is asked for. */
const reasoningModel = /(^|\/)(o\d|gpt-[5-9]|codex)(?!.*-chat)/;

function responsesBody(request: LlmRequest, host: string): ResponseCreateParamsStreaming {
  const { model, instructions, messages, tools, maxTokens, temperature, reasoningEffort, cacheKey } = request;
  const reasons = reasoningEffort !== undefined || reasoningModel.test(model);
  return {
    model,
    ...(instructions !== "" && { instructions }),
    input: messages.flatMap((message) => inputItems(message, host)),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: "function" as const,
        name,
        description,
        parameters,
        strict: false,
      })),
    }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(reasons && {
      // The words differ from model to model; each refuses what it does not know.
      reasoning: { ...(reasoningEffort !== undefined && { effort: reasoningEffort as "high" }), summary: "auto" as const },
      include: ["reasoning.encrypted_content" as const],
    }),
    ...(cacheKey !== undefined && { prompt_cache_key: cacheKey }),
    store: false,
    stream: true,
  };
}

function inputItems(message: LlmMessage, host: string): ResponseInputItem[] {
  switch (message.role) {
    case "system":
      return [{ role: "developer", content: joinedText(message.content) }];
    case "user":
      return [{ role: "user", content: userContent(message) }];
    case "tool_result":
      return message.content.flatMap((part) =>
        part.type === "tool_result"
          ? [{ type: "function_call_output" as const, call_id: portableCallId(part.tool_call_id), output: resultText(part) }]
          : [],
      );
    case "assistant":
      return assistantItems(message, host);
  }
}

const userContent = ({ content }: LlmMessage) =>
  content.flatMap((part): ResponseInputContent[] => {
    if (part.type === "text") return [{ type: "input_text", text: part.text }];
    return part.type === "image" ? [{ type: "input_image", image_url: imageUrl(part), detail: "auto" }] : [];
  });

function assistantItems(message: LlmMessage, host: string): ResponseInputItem[] {
  const items = message.content.flatMap((part): ResponseInputItem[] => {
    if (part.type === "text" && part.text !== "") return [{ role: "assistant", content: part.text }];
    if (part.type === "reasoning") {
      const item = unseal(part, driver, host);
      return item ? [item as unknown as ResponseInputItem] : [];
    }
    if (part.type !== "tool_call") return [];
    return [
      { type: "function_call", call_id: portableCallId(part.id), name: callName(part), arguments: JSON.stringify(callArguments(part)) },
    ];
  });
  // A reasoning item is refused when what it led to is missing, as in an answer that was cut short.
  return items.slice(0, items.findLastIndex(({ type }) => type !== "reasoning") + 1);
}

function readFinish({ incomplete_details }: Response, hasRefused: boolean): FinishReason {
  const reason = incomplete_details?.reason;
  if (reason === "max_output_tokens") return "length";
  if (reason === "content_filter") return "content_filter";
  if (reason) return "other";
  return hasRefused ? "refusal" : "stop";
}

function readUsage({ usage }: Response): Usage {
  if (!usage) return noUsage;
  return {
    input_tokens: usage.input_tokens ?? 0,
    output_tokens: usage.output_tokens ?? 0,
    cache_read_tokens: usage.input_tokens_details?.cached_tokens ?? 0,
    cache_write_tokens: usage.input_tokens_details?.cache_write_tokens ?? 0,
    reasoning_tokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
  };
}
