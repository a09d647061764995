import type { Anthropic } from "@anthropic-ai/sdk";
import type { MessageDeltaUsage, StopReason, Usage as WireUsage } from "@anthropic-ai/sdk/resources/messages";
import { noUsage, type Usage } from "@/domain/usage";
import { createAnswer, type GrowingCall } from "./answer";
import { anthropicBody, driverName, redactedPrefix } from "./anthropic-request";
import type { FinishReason, LlmConnection, LlmDriver, LlmEvent, LlmRequest } from "./llm";
import { wellFormedRequest } from "./prompt";
import { cutShort } from "./provider-errors";
import { askOverWire, type DriverOptions, overWire, type Wire } from "./wire";

const defaultBase = "https://api.anthropic.com";
const maxModels = 1000;

/** Speaks Anthropic's messages. `base_url` may be the base, with or without `/v1`, or the full endpoint. */
export function anthropicDriver(connection: LlmConnection, options: DriverOptions): LlmDriver {
  const baseUrl = (connection.baseUrl ?? defaultBase)
    .replace(/[?#].*$/, "")
    .replace(/\/+$/, "")
    .replace(/(\/v1)?(\/messages|\/models)?$/, "");
  const call = { connection, options, baseUrl, auth: { "x-api-key": connection.apiKey ?? "" } };
  return {
    stream(given, signal) {
      const request = wellFormedRequest(given);
      return overWire({ ...call, signal, model: request.model, expects: "stream" }, async function* (wire) {
        yield* streamMessages(await anthropicClient(baseUrl, wire), request, wire);
      });
    },

    listModels(signal) {
      return askOverWire({ ...call, signal, model: null, expects: "json" }, async (wire) => {
        const client = await anthropicClient(baseUrl, wire);
        const names: string[] = [];
        for await (const { id } of client.models.list({ limit: maxModels }, { signal: wire.signal })) {
          names.push(id);
          if (names.length >= maxModels) break;
        }
        return names.sort();
      });
    },
  };
}

/** Everything is passed explicitly: what is left out, the SDK would take from the environment. The wire carries the key itself. */
async function anthropicClient(baseURL: string, wire: Wire): Promise<Anthropic> {
  const { Anthropic } = await import("@anthropic-ai/sdk");
  return new Anthropic({
    apiKey: "on the wire",
    webhookKey: null,
    baseURL,
    fetch: wire.fetch,
    maxRetries: 0,
    timeout: 2 ** 31 - 1,
    logLevel: "off",
    openTelemetry: false,
  });
}

async function* streamMessages(client: Anthropic, request: LlmRequest, wire: Wire): AsyncGenerator<LlmEvent> {
  const answer = createAnswer(request, wire.peer, driverName);
  const calls = new Map<number, GrowingCall>();
  let signature = "";
  let usage = noUsage;
  let stopReason: StopReason | null = null;

  const stream = await client.messages.create(anthropicBody(request), { signal: wire.signal });
  for await (const event of stream) {
    switch (event.type) {
      case "message_start":
        usage = addUp(usage, event.message.usage);
        break;
      case "content_block_start": {
        const block = event.content_block;
        signature = "";
        if (block.type === "text") yield* answer.text(block.text ?? "");
        if (block.type === "thinking") yield* answer.reasoning(block.thinking ?? "");
        if (block.type === "redacted_thinking") answer.seal(redactedPrefix + block.data);
        if (block.type === "tool_use") {
          const { call, events } = answer.startCall(block.id, block.name);
          calls.set(event.index, call);
          yield* events;
        }
        break;
      }
      case "content_block_delta": {
        const { delta } = event;
        const call = calls.get(event.index);
        if (delta.type === "text_delta") yield* answer.text(delta.text);
        if (delta.type === "thinking_delta") yield* answer.reasoning(delta.thinking);
        if (delta.type === "signature_delta") signature += delta.signature;
        if (delta.type === "input_json_delta" && call) yield* answer.callDelta(call, delta.partial_json);
        break;
      }
      case "content_block_stop":
        if (signature !== "") answer.seal(signature);
        signature = "";
        break;
      case "message_delta":
        usage = addUp(usage, event.usage);
        stopReason = event.delta.stop_reason ?? stopReason;
        break;
      case "message_stop":
        yield answer.finish(usage, readStop(stopReason));
        return;
    }
  }
  wire.signal.throwIfAborted();
  throw cutShort(wire.peer);
}

/** Figures arrive in two parts, the later ones cumulative. Anthropic counts what the cache read and wrote beside `input_tokens`. */
function addUp(before: Usage, usage: WireUsage | MessageDeltaUsage | undefined): Usage {
  if (!usage) return before;
  const read = usage.cache_read_input_tokens ?? before.cache_read_tokens;
  const written = usage.cache_creation_input_tokens ?? before.cache_write_tokens;
  const uncached = usage.input_tokens ?? before.input_tokens - before.cache_read_tokens - before.cache_write_tokens;
  return {
    input_tokens: uncached + read + written,
    output_tokens: usage.output_tokens ?? before.output_tokens,
    cache_read_tokens: read,
    cache_write_tokens: written,
    reasoning_tokens: usage.output_tokens_details?.thinking_tokens ?? before.reasoning_tokens,
  };
}

const finishes: Partial<Record<StopReason, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "refusal",
};

const readStop = (reason: StopReason | null): FinishReason => (reason === null ? "other" : (finishes[reason] ?? "other"));
