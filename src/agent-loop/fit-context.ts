import type { EventDraft } from "@/domain/event";
import type { LlmMessage } from "@/llm/llm";
import { type Context, contextOf, messagesOf } from "./context";
import { sizeOf, sizeOfPrefix } from "./context-size";
import type { Exchange } from "./conversation";
import { type AsideRules, READ_RESULT } from "./keep-aside";
import type { LoopInput, LoopModel } from "./loop";

/** The older part of a conversation, which is to be replaced by a summary. */
export type Compaction = {
  context: Context;
  /** What is replaced, the summary before it aside. */
  head: readonly Exchange[];
  fromSequence: number;
  toSequence: number;
  tokensBefore: number;
  /** Of the model's window. */
  window: number;
  /** How many tokens the provider counts for one of ours. */
  scale: number;
};

/** What of the window the conversation may fill once it was compacted, its summary aside. */
const KEPT_SHARE = 0.5;
/** A request that was refused as too long tells that the window is smaller than it. */
const REFUSED_SHARE = 0.8;
/** Our own estimate is not believed to be off by more than this. */
const LEAST_SCALE = 0.75;

/** What has to be summarised before this model can be asked, or null: it fits, or nothing would be won. */
export function planCompaction(input: LoopInput, model: LoopModel, log: readonly EventDraft[]): Compaction | null {
  const { context, tokens, limit, window, scale } = measure(input, model, log);
  if (tokens <= limit) return null;

  const { goal, asked, kept } = context;
  const ownWords = new Set(log.flatMap(({ type, sequence }) => (type === "message.user" ? [sequence] : [])));
  const first = [...(goal ? [goal] : []), ...asked, ...kept].find(isUsers);
  const stays = (exchange: Exchange): boolean => exchange === first || (isUsers(exchange) && ownWords.has(exchange.message.sequence));
  const tokensIn = (exchanges: readonly Exchange[]): number => sizeOf(exchanges.flatMap(({ shown }) => shown)) * scale;
  const always = [...(goal ? [goal] : []), ...asked, ...kept].filter(stays);
  const prefix = sizeOfPrefix(input.instructions, input.describedTools) * scale;

  let from = kept.length - 1;
  let room = window * KEPT_SHARE - prefix - tokensIn(always) - tokensIn(kept.slice(from));
  while (from > 0 && tokensIn([kept[from - 1]!]) <= room) room -= tokensIn([kept[--from]!]);
  // An end that has no place in the log yet can't be named.
  while (from > 0 && kept[from - 1]!.sequences.length === 0) from--;
  const head = kept.slice(0, Math.max(0, from));
  if (tokensIn(head.filter((exchange) => !stays(exchange))) <= summaryTokens(window) / 2) return null;

  const toSequence = Math.max(...head.at(-1)!.sequences);
  const fromSequence = Math.min(...head.flatMap(({ sequences }) => sequences));
  return { context, head, fromSequence, toSequence, tokensBefore: Math.ceil(tokens), window, scale };
}

/** What is sent to this model. Where even that which stays word for word is too long, the largest results of tools are cut, in what is sent alone. */
export function messagesFor(input: LoopInput, model: LoopModel, log: readonly EventDraft[]): LlmMessage[] {
  const { context, tokens, limit, scale } = measure(input, model, log);
  let messages = messagesOf(context);
  if (tokens <= limit) return messages;
  const prefix = sizeOfPrefix(input.instructions, input.describedTools);
  for (const maxResultCharacters of SMALLER_RESULTS) {
    messages = messagesOf(contextOf(input.history, log, { ...asideRules(input), maxResultCharacters }));
    if ((prefix + sizeOf(messages)) * scale <= limit) break;
  }
  return messages;
}

/** Tokens that the context has as the provider counts them, as far as it has said so. */
export function tokensOf(input: LoopInput, log: readonly EventDraft[], scale: number): number {
  const context = contextOf(input.history, log, asideRules(input));
  return Math.ceil((sizeOfPrefix(input.instructions, input.describedTools) + sizeOf(messagesOf(context))) * scale);
}

export const asideRules = ({ limits, describedTools }: LoopInput): AsideRules => ({
  maxResultCharacters: limits.maxResultCharacters,
  canReadOn: describedTools.some(({ name }) => name === READ_RESULT),
});

type Measure = { context: Context; tokens: number; limit: number; window: number; scale: number };

function measure(input: LoopInput, model: LoopModel, log: readonly EventDraft[]): Measure {
  const context = contextOf(input.history, log, asideRules(input));
  const estimate = sizeOfPrefix(input.instructions, input.describedTools) + sizeOf(messagesOf(context));
  const counted = countedTokens(context, lastCount(input, model, log));
  const tokens = counted === null ? estimate : Math.max(counted, estimate * LEAST_SCALE);
  const window = windowOf(input, model, log);
  return { context, tokens, window, limit: window * (input.limits.compactAtPercent / 100), scale: tokens / Math.max(1, estimate) };
}

/** What the provider counted for the call that wrote a message, and an estimate of what came since, that message first. */
function countedTokens({ kept }: Context, last: { messageId: string; tokens: number } | null): number | null {
  const at = last ? kept.findIndex(({ message }) => message.id === last.messageId) : -1;
  return at === -1 ? null : last!.tokens + sizeOf(kept.slice(at).flatMap(({ shown }) => shown));
}

/** The last count of this model, unless the conversation was compacted since. */
function lastCount({ history }: LoopInput, { name, provider }: LoopModel, log: readonly EventDraft[]) {
  const compacted = log.findLastIndex(({ type }) => type === "context.compacted");
  const isBy = (data: { model: string; provider: string }): boolean => data.model === name && data.provider === provider;
  const call = log.slice(compacted + 1).findLast((event) => event.type === "model.completed" && isBy(event.data));
  if (call?.type === "model.completed") return { messageId: call.data.message_id, tokens: call.data.usage.input_tokens };
  return compacted === -1 && history.measured?.by === `${provider}/${name}` ? history.measured : null;
}

function windowOf(input: LoopInput, model: LoopModel, log: readonly EventDraft[]): number {
  const known = model.contextWindow ?? input.limits.defaultContextWindow;
  const refused = log.findLastIndex((event) => isTooLong(event, model));
  return refused === -1 ? known : Math.min(known, Math.ceil(measure(input, model, log.slice(0, refused)).tokens * REFUSED_SHARE));
}

export const isTooLong = (event: EventDraft, { name, provider }: LoopModel): boolean =>
  event.type === "model.retrying" &&
  event.data.code === "context_too_long" &&
  event.data.model === name &&
  event.data.provider === provider &&
  event.data.compacting !== true;

/** Characters; steps of two, so that it is seldom another one from call to call. */
const SMALLER_RESULTS = [8192, 4096, 2048, 1024, 512, 256];

const isUsers = ({ message }: Exchange): boolean => message.role === "user";

/** The most tokens that a summary may have. */
export const summaryTokens = (window: number): number => Math.max(200, Math.min(4096, Math.floor(window / 12)));
