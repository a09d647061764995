import { type EventData, type EventDraft, isMessageDraft } from "@/domain/event";
import type { Message } from "@/domain/message";
import type { LlmMessage } from "@/llm/llm";
import { type Exchange, exchangesOf, type KnownMessage, withoutRetried } from "./conversation";
import type { AsideRules } from "./keep-aside";

/** What was said in a session before a turn. */
export type History = {
  messages: readonly Message[];
  /** The last time that the conversation was compacted. */
  compacted: EventData<"context.compacted"> | null;
  /** How many tokens a provider last counted, for all that comes before this message; since the conversation was compacted. */
  measured: Measured | null;
};

/** `by` is `provider/model`. */
export type Measured = { messageId: string; tokens: number; by: string };

/**
 * The conversation as a model is to be shown it. Without `summary` it is whole; else what comes before `kept` is replaced by it,
 * but for the session's first message and what the user said in the turn that compacted it.
 */
export type Context = {
  goal: Exchange | null;
  summary: string | null;
  asked: readonly Exchange[];
  kept: readonly Exchange[];
};

/** Follows from the log alone, so that every call of a session, and a restart, sends the same beginning: providers cache prompts by prefix. */
export function contextOf(history: History, log: readonly EventDraft[], rules: AsideRules): Context {
  const own = log.filter(isMessageDraft).map(({ data, id, sequence }): KnownMessage => ({ ...data, id, sequence }));
  const isOwn = new Set(own);
  const ownCompaction = log.findLast((event) => event.type === "context.compacted")?.data;
  const compacted = ownCompaction ?? history.compacted;

  const all = exchangesOf([...history.messages, ...own], rules);
  const last = compacted ? all.findLastIndex(({ sequences }) => sequences.includes(compacted.to_sequence)) : -1;
  const remaining = new Set<KnownMessage>([...withoutRetried(history.messages, own), ...own]);
  const isThere = ({ message }: Exchange): boolean => remaining.has(message);
  const head = all.slice(0, last + 1).filter(isThere);
  const kept = all.slice(last + 1).filter(isThere);
  if (!compacted || last === -1) return { goal: null, summary: null, asked: [], kept };

  const isOfTurn = ({ message }: Exchange): boolean =>
    ownCompaction ? isOwn.has(message) : "turn_id" in message && message.turn_id === history.compacted?.turn_id;
  const asked = head.filter((exchange) => exchange.message.role === "user" && isOfTurn(exchange));
  const goal = head.find(({ message }) => message.role === "user") ?? null;
  return { goal: goal && asked.includes(goal) ? null : goal, summary: compacted.summary, asked, kept };
}

export const messagesOf = ({ goal, summary, asked, kept }: Context): LlmMessage[] => [
  ...(goal?.shown ?? []),
  ...(summary === null ? [] : [summaryMessage(summary)]),
  ...[...asked, ...kept].flatMap(({ shown }) => shown),
];

/** As from the user, for it holds what anyone may have said: it must not weigh more than that. */
const summaryMessage = (summary: string): LlmMessage => ({
  role: "user",
  content: [
    {
      type: "text",
      text: `[To save room, the earlier part of this conversation is replaced by this summary of it.]\n\n${summary}\n\n[End of the summary. What follows is word for word.]`,
    },
  ],
});
