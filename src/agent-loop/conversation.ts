import type { MessageDraft } from "@/domain/event";
import type { Message, ToolCallPart } from "@/domain/message";
import type { LlmMessage } from "@/llm/llm";
import { type AsideRules, keepAside } from "./keep-aside";

/** A message as the loop knows it: with its id and its place in the log once it is kept. */
export type KnownMessage = MessageDraft & { id?: string | undefined; sequence?: number | undefined };

/** A message as a model is shown it, and behind it the results of the calls that it makes: never one without the other. */
export type Exchange = {
  message: KnownMessage;
  shown: readonly LlmMessage[];
  /** The places in the log of all that it holds, as far as they are known. */
  sequences: readonly number[];
};

/** Messages that the server wrote for people, about a turn that failed: the model is not shown them. */
const isForPeople = ({ role, metadata }: Pick<MessageDraft, "role" | "metadata">): boolean =>
  role === "assistant" && metadata?.error !== undefined;

/**
 * What a model is shown of the messages, in their order, with every tool result right behind the call it answers:
 * providers refuse a call without its result, or with something in between.
 */
export function exchangesOf(messages: readonly KnownMessage[], rules: AsideRules): Exchange[] {
  const shown = messages.filter((message) => !isForPeople(message));
  return shown.flatMap((message, index): Exchange[] => {
    if (message.role === "tool_result") return [];
    const { role, content } = message;
    const answers = content.flatMap((part) => (part.type === "tool_call" ? [answerTo(part, shown, index + 1, rules)] : []));
    const sequences = [message.sequence, ...answers.map(({ sequence }) => sequence)].filter((sequence) => sequence !== undefined);
    return [{ message, shown: [{ role, content }, ...answers.map(({ result }) => result)], sequences }];
  });
}

type Answer = { result: LlmMessage; sequence: number | undefined };

function answerTo(call: ToolCallPart, messages: readonly KnownMessage[], from: number, rules: AsideRules): Answer {
  let at = from;
  while (at < messages.length && !(messages[at]!.role === "tool_result" && messages[at]!.tool_call_id === call.id)) at++;
  const answer = messages[at];
  const unknown = { type: "tool_result" as const, tool_call_id: call.id, result: null, error: "The tool was not run" };
  const content = (answer?.content ?? [unknown]).map((part) => (part.type === "tool_result" ? keepAside(part, rules) : part));
  return { result: { role: "tool_result", content }, sequence: answer?.sequence };
}

/**
 * The history without the messages that no model has answered and that were asked again, word for word, when their turn was retried.
 * What a model said and did before its turn failed stays: it must know which tools have run.
 */
export function withoutRetried(history: readonly Message[], own: readonly MessageDraft[]): readonly Message[] {
  if (![...history, ...own].some(({ metadata }) => metadata?.retry_of !== undefined)) return history;
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
