import type { ContentPart } from "@/domain/message";
import type { Usage } from "@/domain/usage";
import { type FinishReason, type LlmEvent, type LlmRequest, parseArguments } from "./llm";
import { badResponse, type Peer } from "./provider-errors";

/** What one answer may grow to; a provider that writes more is stopped. */
export const answerLimits = {
  /** Text, reasoning and the arguments of tool calls together, in bytes of UTF-8. */
  bytes: 1024 * 1024,
  /** Signatures of reasoning together, in characters. */
  signatureLength: 4 * 1024 * 1024,
  toolCalls: 32,
  /** The name and the id of one call, in characters each. */
  nameLength: 256,
};

/** Deltas may cut a surrogate pair in two: `half` is a first half that waits for its second. */
type Written = { text: string; half: string };
type GrowingText = Written & { type: "text" };
type GrowingReasoning = Written & { type: "reasoning"; signature: string | undefined };
export type GrowingCall = Written & { type: "tool_call"; index: number; id: string; name: string };
type Growing = GrowingText | GrowingReasoning | GrowingCall;

export type Answer = ReturnType<typeof createAnswer>;

/**
 * Collects what a model writes into content parts, and says each piece as an event. What is streamed is exactly what is kept.
 * Ids of tool calls are unique in the whole conversation, whatever the provider sent.
 */
export function createAnswer(request: LlmRequest, peer: Peer, driver: string) {
  const parts: Growing[] = [];
  const usedIds = new Set(
    request.messages.flatMap(({ content }) => content.flatMap((part) => (part.type === "tool_call" ? [part.id] : []))),
  );
  let bytes = 0;
  let signatureLength = 0;
  let calls = 0;

  /** Adds what is whole of a delta, and returns it. */
  const write = (part: Growing, delta: string): string => {
    const text = part.half + delta;
    const last = text.charCodeAt(text.length - 1);
    const isCut = last >= 0xd800 && last <= 0xdbff;
    part.half = isCut ? text.slice(-1) : "";
    const whole = (isCut ? text.slice(0, -1) : text).toWellFormed();
    part.text += whole;
    bytes += Buffer.byteLength(whole);
    if (bytes > answerLimits.bytes) throw badResponse(peer, `wrote more than ${answerLimits.bytes / 1024 ** 2} MiB in one answer.`, false);
    return whole;
  };

  const begin = <Part extends Growing>(part: Part): Part => {
    parts.push(part);
    return part;
  };

  const uniqueId = (given: string | null | undefined): string => {
    const isFine = given && given.length <= answerLimits.nameLength && !usedIds.has(given);
    const id = isFine ? given.toWellFormed() : `call_${crypto.randomUUID().replaceAll("-", "")}`;
    usedIds.add(id);
    return id;
  };

  return {
    text(delta: string): LlmEvent[] {
      if (delta === "") return [];
      const last = parts.at(-1);
      const part = last?.type === "text" ? last : begin({ type: "text", text: "", half: "" });
      const whole = write(part, delta);
      return whole === "" ? [] : [{ type: "text_delta", delta: whole }];
    },

    /** Later text belongs to another part. */
    separateText(): void {
      if (parts.at(-1)?.type === "text") begin({ type: "text", text: "", half: "" });
    },

    reasoning(delta: string, signature?: string): LlmEvent[] {
      if (delta === "") return [];
      const last = parts.at(-1);
      const isOpen = last?.type === "reasoning" && (last.signature === undefined || last.signature === signature);
      const part = isOpen ? last : begin<GrowingReasoning>({ type: "reasoning", text: "", half: "", signature });
      const whole = write(part, delta);
      return whole === "" ? [] : [{ type: "reasoning_delta", delta: whole }];
    },

    /** Ends the reasoning part that was being written, or, where the model kept its thoughts to itself, adds one without text. */
    seal(signature: string): void {
      signatureLength += signature.length;
      if (signatureLength > answerLimits.signatureLength) throw badResponse(peer, "sent too large a signature.", false);
      const last = parts.at(-1);
      if (last?.type === "reasoning" && last.signature === undefined) last.signature = signature;
      else begin({ type: "reasoning", text: "", half: "", signature });
    },

    startCall(id: string | null | undefined, name: string): { call: GrowingCall; events: LlmEvent[] } {
      if (calls >= answerLimits.toolCalls) throw badResponse(peer, `called more than ${answerLimits.toolCalls} tools at once.`, false);
      const call = begin<GrowingCall>({
        type: "tool_call",
        index: calls++,
        id: uniqueId(id),
        // What is longer is no tool's name: the model reads that there is none.
        name: name.slice(0, answerLimits.nameLength).toWellFormed(),
        text: "",
        half: "",
      });
      return { call, events: [{ type: "tool_call_delta", index: call.index, id: call.id, name: call.name, delta: "" }] };
    },

    callDelta(call: GrowingCall, delta: string): LlmEvent[] {
      if (delta === "") return [];
      const whole = write(call, delta);
      return whole === "" ? [] : [{ type: "tool_call_delta", index: call.index, id: call.id, name: call.name, delta: whole }];
    },

    finish(usage: Usage, reason: FinishReason): LlmEvent {
      const last = parts.at(-1);
      // A call that was cut before its arguments began is not a call without arguments.
      if (reason === "length" && last?.type === "tool_call" && last.text.trim() === "") last.text = "cut short";
      const content = parts.flatMap((part) => keep(part, driver));
      return { type: "finished", content, usage: figuresOf(usage), finishReason: calls > 0 && reason === "stop" ? "tool_calls" : reason };
    },
  };
}

/** Providers' figures are sums to be: what is no number of tokens counts for nothing. */
const figuresOf = (usage: Usage): Usage => {
  const figure = (given: number): number => (Number.isSafeInteger(given) && given >= 0 ? given : 0);
  return {
    input_tokens: figure(usage.input_tokens),
    output_tokens: figure(usage.output_tokens),
    cache_read_tokens: figure(usage.cache_read_tokens),
    cache_write_tokens: figure(usage.cache_write_tokens),
    reasoning_tokens: figure(usage.reasoning_tokens),
  };
};

function keep(part: Growing, driver: string): ContentPart[] {
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [{ type: "text", text: part.text }];
    case "reasoning":
      if (part.signature === undefined) return part.text === "" ? [] : [{ type: "reasoning", text: part.text }];
      return [{ type: "reasoning", text: part.text, signature: part.signature, driver }];
    case "tool_call":
      return [{ type: "tool_call", id: part.id, name: part.name, arguments: parseArguments(part.text) }];
  }
}
