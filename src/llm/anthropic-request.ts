import type { ContentBlockParam, ImageBlockParam, MessageCreateParamsStreaming, MessageParam } from "@anthropic-ai/sdk/resources/messages";
import type { ContentPart, ImagePart, ReasoningPart } from "@/domain/message";
import { takesTemperature, thinkingFor } from "./anthropic-models";
import type { LlmMessage, LlmRequest } from "./llm";
import { callArguments, callName, portableCallId, resultText, systemNote } from "./prompt";

export const driverName = "anthropic";
/** Marks the signature of a thought that came sealed as a whole; a signature of a readable thought holds no colon. */
export const redactedPrefix = "redacted_thinking:";

/** For a model of which nothing is known. */
const defaultMaxTokens = 8192;
/** The limit is reserved in the context window, so that the whole of what a model can write is not asked for by default. */
const mostDefaultTokens = 32_000;

const marked = { cache_control: { type: "ephemeral" as const } };

/**
 * The same request is always the same bytes. Four cache breakpoints, the most there may be: the tools, the instructions, and the
 * last two messages of the user's side, so that each step reads what the step before it wrote.
 */
export function anthropicBody(request: LlmRequest): MessageCreateParamsStreaming & { temperature?: number } {
  const { model, instructions, tools, temperature, outputLimit } = request;
  const maxTokens = request.maxTokens ?? Math.min(outputLimit ?? defaultMaxTokens, mostDefaultTokens);
  const thinking = thinkingFor(request, maxTokens);
  // Writing to the cache costs more than reading without it.
  const breakpoint = request.purpose === "summary" ? {} : marked;
  return {
    model,
    max_tokens: maxTokens,
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }, index) => ({
        name,
        description,
        input_schema: { ...parameters, type: "object" as const },
        ...(index === tools.length - 1 && breakpoint),
      })),
    }),
    ...(instructions.trim() !== "" && { system: [{ type: "text" as const, text: instructions, ...breakpoint }] }),
    messages: withBreakpoints(groupMessages(request.messages), breakpoint),
    // Thinking takes no temperature, whatever the model.
    ...(temperature !== undefined &&
      thinking.thinking === undefined &&
      takesTemperature(model) && { temperature: Math.min(temperature, 1) }),
    ...thinking,
    stream: true,
  };
}

type Group = { role: "user" | "assistant"; content: ContentBlockParam[] };

/** Results of one round of tools stand together in one message; a message that would be empty is left out. */
function groupMessages(messages: readonly LlmMessage[]): Group[] {
  const groups: Group[] = [];
  let previous: LlmMessage["role"] | undefined;
  for (const message of messages) {
    const blocks = contentBlocks(message);
    const last = groups.at(-1);
    if (message.role === "tool_result" && previous === "tool_result" && last) last.content.push(...blocks);
    else if (blocks.length > 0) groups.push({ role: message.role === "assistant" ? "assistant" : "user", content: blocks });
    previous = message.role;
  }
  return groups;
}

function contentBlocks({ role, content }: LlmMessage): ContentBlockParam[] {
  if (role === "system") return [{ type: "text", text: systemNote(content) }];
  return content.flatMap((part) => contentBlock(part, role));
}

function contentBlock(part: ContentPart, role: LlmMessage["role"]): ContentBlockParam[] {
  switch (part.type) {
    case "text":
      return part.text.trim() === "" ? [] : [{ type: "text", text: part.text }];
    case "image":
      return role === "user" ? [imageBlock(part)] : [];
    case "reasoning":
      return role === "assistant" ? thinkingBlocks(part) : [];
    case "tool_call":
      return [{ type: "tool_use", id: portableCallId(part.id), name: callName(part), input: callArguments(part) }];
    case "tool_result": {
      const failed = part.error !== null && { is_error: true };
      return [{ type: "tool_result", tool_use_id: portableCallId(part.tool_call_id), content: resultText(part), ...failed }];
    }
  }
}

function thinkingBlocks({ text, signature, driver }: ReasoningPart): ContentBlockParam[] {
  if (driver !== driverName || !signature) return [];
  if (signature.startsWith(redactedPrefix)) return [{ type: "redacted_thinking", data: signature.slice(redactedPrefix.length) }];
  return [{ type: "thinking", thinking: text, signature }];
}

function imageBlock(part: ImagePart): ImageBlockParam {
  const data = /^data:([^;,]+)[^,]*;base64,(.*)$/s.exec(part.url ?? "");
  if (part.url && !data) return { type: "image", source: { type: "url", url: part.url } };
  const mediaType = (data?.[1] ?? part.media_type ?? "image/png") as "image/png";
  return { type: "image", source: { type: "base64", media_type: mediaType, data: data?.[2] ?? part.base64 ?? "" } };
}

function withBreakpoints(groups: Group[], breakpoint: Partial<typeof marked>): MessageParam[] {
  const last = new Set(
    groups
      .filter(({ role }) => role === "user")
      .slice(-2)
      .map(({ content }) => content.at(-1)),
  );
  return groups.map(({ role, content }) => ({
    role,
    content: content.map((block) => (last.has(block) ? { ...block, ...breakpoint } : block)),
  }));
}
