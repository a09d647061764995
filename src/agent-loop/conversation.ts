import type { MessageDraft } from "@/domain/event";
import type { LlmMessage } from "@/llm/llm";

/** Messages that the server wrote for people, about a turn that failed: the model is not shown them. */
const isForPeople = ({ metadata }: MessageDraft): boolean => metadata?.error !== undefined;

/**
 * What a model is shown of the messages, in their order, with every tool result right behind the call it answers:
 * providers refuse a call without its result, or with something in between.
 */
export function toConversation(messages: readonly MessageDraft[]): LlmMessage[] {
  const shown = messages.filter((message) => !isForPeople(message));
  const conversation: LlmMessage[] = [];

  shown.forEach(({ role, content }, index) => {
    if (role === "tool_result") return;
    conversation.push({ role, content });
    for (const part of content) if (part.type === "tool_call") conversation.push(resultOf(part.id, shown.slice(index + 1)));
  });
  return conversation;
}

function resultOf(callId: string, later: readonly MessageDraft[]): LlmMessage {
  const answer = later.find(({ role, tool_call_id }) => role === "tool_result" && tool_call_id === callId);
  const unknown = { type: "tool_result" as const, tool_call_id: callId, result: null, error: "The tool was not run" };
  return { role: "tool_result", content: answer?.content ?? [unknown] };
}
