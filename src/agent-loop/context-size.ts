import type { ContentPart } from "@/domain/message";
import type { LlmMessage, LlmTool } from "@/llm/llm";

/** What is true of English prose and most tokenisers; how a provider really counts is learned from its answers. */
export const CHARACTERS_PER_TOKEN = 4;
/** The most that the large providers count for one image. */
const TOKENS_PER_IMAGE = 1600;

/** Roughly how many tokens these messages have. */
export const sizeOf = (messages: readonly LlmMessage[]): number =>
  messages.reduce((sum, { content }) => sum + content.reduce((tokens, part) => tokens + sizeOfPart(part), 0), 0);

export const sizeOfText = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

/** The part of every request that is the same all through a session. */
export const sizeOfPrefix = (instructions: string, tools: readonly LlmTool[]): number =>
  sizeOfText(instructions) + (tools.length === 0 ? 0 : sizeOfText(JSON.stringify(tools)));

function sizeOfPart(part: ContentPart): number {
  switch (part.type) {
    case "text":
      return sizeOfText(part.text);
    case "image":
      return TOKENS_PER_IMAGE;
    // Most of it is never sent back; where it is, the provider's own count says so.
    case "reasoning":
      return 0;
    case "tool_call":
      return sizeOfText(part.name) + sizeOfText(JSON.stringify(part.arguments));
    case "tool_result":
      return sizeOfText(part.error ?? JSON.stringify(part.result));
  }
}
