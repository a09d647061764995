import type { MessageDraft } from "@/domain/event";
import type { Message } from "@/domain/message";
import type { LlmMessage } from "@/llm/llm";

/** Messages that the server wrote for people, about a turn that failed: the model is not shown them. */
const isForPeople = ({ role, metadata }: Pick<MessageDraft, "role" | "metadata">): boolean =>
  role === "assistant" && metadata?.error !== undefined;

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
    for (const part of content) if (part.type === "tool_call") conversation.push(resultOf(part.id, shown, index + 1));
  });
  return conversation;
}

function resultOf(callId: string, messages: readonly MessageDraft[], from: number): LlmMessage {
  let at = from;
  while (at < messages.length && !(messages[at]!.role === "tool_result" && messages[at]!.tool_call_id === callId)) at++;
  const answer = messages[at];
  const unknown = { type: "tool_result" as const, tool_call_id: callId, result: null, error: "The tool was not run" };
  return { role: "tool_result", content: answer?.content ?? [unknown] };
}

/**
 * The history without the messages that no model has answered and that were asked again, word for word, when their turn was retried.
 * What a model said and did before its turn failed stays: it must know which tools have run.
 */
export function withoutRetried(history: readonly Message[], own: readonly MessageDraft[]): Message[] {
  if (![...history, ...own].some(({ metadata }) => metadata?.retry_of !== undefined)) return [...history];
  const answered = new Set(history.flatMap((message) => (message.role === "user" || isForPeople(message) ? [] : [message.turn_id])));
  const askedAgain = new Set(own.map(({ metadata, content }) => keyOf(metadata?.retry_of, content)));
  return history.toReversed().filter(keep).toReversed();

  function keep({ id, turn_id, role, metadata, content }: Message): boolean {
    const key = keyOf(metadata?.retry_of ?? id, content);
    if (role === "user" && !answered.has(turn_id) && askedAgain.has(key)) return false;
    askedAgain.add(key);
    return true;
  }
}

const keyOf = (firstId: unknown, content: MessageDraft["content"]): string => JSON.stringify([firstId, content]);
