import type { EventData, KeptEventType, LiveEvents } from "@/domain/event";
import type { Message } from "@/domain/message";
import type { Block, Chat, Note } from "./chat";
import { addDelta, type Delta, keepMessage, noteThinking } from "./fold-message";
import {
  addQuestion,
  answerCalls,
  beginTurn,
  type Call,
  type ChatDraft,
  changeCall,
  changeTurn,
  endTurn,
  withoutMessage,
  withoutRetrying,
} from "./fold-turn";

/** One frame of the stream. `sequence` is null for what is only told live; `at` is when it came, in milliseconds since 1970. */
export type StreamedEvent = { type: string; sequence: number | null; at: number; data: unknown };

/** The chat after these events. Parts that no event touched stay the same objects. An event that is in the chat already changes nothing. */
export function fold(chat: Chat, events: readonly StreamedEvent[]): Chat {
  const next = { ...chat, turns: [...chat.turns] };
  for (const event of events) {
    if (event.sequence !== null && event.sequence <= next.sequence) continue;
    next.sequence = event.sequence ?? next.sequence;
    (APPLY[event.type as EventType] as Apply<never> | undefined)?.(next, event.data as never, event);
  }
  return next;
}

/** A new connection tells the message being written from its beginning. */
export function dropLive(chat: Chat): Chat {
  if (chat.turns.every(({ writing }) => writing === null)) return chat;
  return { ...chat, turns: chat.turns.map((turn) => (turn.writing === null ? turn : withoutMessage(turn, turn.writing))) };
}

/** Events, and what else is in some, of features that a server may not have. */
type OtherEvents = {
  "tool.started": Call & { runs_on?: string; child_session_id?: string };
  "approval.requested": Call & { approval_id?: string };
  "approval.resolved": Call & { decision: "approve" | "deny" | "expired" | "cancelled"; changed_arguments?: unknown };
};

type EventType = KeptEventType | keyof typeof LiveEvents | keyof OtherEvents;

type DataOf<Type extends EventType> = Type extends "message.user" | "message.assistant" | "message.tool_result" | "message.system"
  ? Message
  : Type extends keyof OtherEvents
    ? OtherEvents[Type]
    : Type extends KeptEventType
      ? EventData<Type>
      : Type extends "message.discarded"
        ? { turn_id: string; message_id: string }
        : Delta;

type Apply<Data> = (chat: ChatDraft, data: Data, event: StreamedEvent) => void;

const nothing = () => undefined;

const addNote = (chat: ChatDraft, turnId: string, note: Omit<Note, "kind">) =>
  changeTurn(chat, turnId, (turn) => ({ ...turn, blocks: [...turn.blocks, { kind: "note", ...note }] }));

/** What each event does to a chat. */
const APPLY: { [Type in EventType]: Apply<DataOf<Type>> } = {
  "message.user": addQuestion,
  "message.assistant": (chat, message) => changeTurn(chat, message.turn_id, (turn) => keepMessage(turn, message)),
  "message.system": (chat, message) => changeTurn(chat, message.turn_id, (turn) => keepMessage(turn, message)),
  "message.tool_result": answerCalls,

  "turn.started": (chat, { turn_id, model, provider, fell_back }) => beginTurn(chat, turn_id, { model, provider, fellBack: fell_back }),
  "turn.resumed": (chat, { turn_id, after }) => changeTurn(chat, turn_id, (turn) => ({ ...turn, state: "running", resumedAfter: after })),
  "turn.completed": (chat, data) => endTurn(chat, "completed", data),
  "turn.failed": (chat, data) => endTurn(chat, "failed", data),
  "turn.cancelled": (chat, data) => endTurn(chat, "cancelled", data),

  "model.started": (chat, { turn_id, replaces, model, provider }) =>
    changeTurn(chat, turn_id, (turn) => ({ ...withoutRetrying(withoutMessage(turn, replaces)), state: "running", model, provider })),
  "model.retrying": (chat, { turn_id, message_id, code, error, model, fallback }, { sequence }) =>
    changeTurn(chat, turn_id, (turn) => {
      const retrying: Block = { kind: "retrying", key: `retry-${sequence}`, code, error, model, instead: fallback?.model ?? null };
      return { ...turn, blocks: [...withoutRetrying(withoutMessage(turn, message_id)).blocks, retrying] };
    }),
  "model.completed": (chat, { turn_id, message_id, reasoning_duration_ms }) => {
    if (reasoning_duration_ms != null) changeTurn(chat, turn_id, (turn) => noteThinking(turn, message_id, reasoning_duration_ms));
  },

  // What another program runs is waited for, as long as that takes.
  "tool.started": (chat, { runs_on, child_session_id, ...call }) => {
    changeCall(chat, call, { state: runs_on === undefined ? "running" : "elsewhere", childSessionId: child_session_id ?? null });
    if (runs_on !== undefined) changeTurn(chat, call.turn_id, (turn) => ({ ...turn, state: "waiting" }));
  },
  "tool.completed": (chat, { status, result, error, duration_ms, ...call }) =>
    changeCall(chat, call, { state: status, result, error, durationMs: duration_ms, approvalId: null }),

  "approval.requested": (chat, { approval_id, ...call }) => {
    changeTurn(chat, call.turn_id, (turn) => ({ ...turn, state: "waiting" }));
    changeCall(chat, call, { state: "asking", approvalId: approval_id ?? call.tool_call_id });
  },
  "approval.resolved": (chat, { decision, changed_arguments, ...call }) =>
    changeCall(chat, call, {
      state: decision === "approve" ? "pending" : "denied",
      approvalId: null,
      ...(changed_arguments == null ? {} : { arguments: changed_arguments }),
    }),

  "context.compacted": (chat, { turn_id, summary }, { sequence }) =>
    addNote(chat, turn_id, { key: `note-${sequence}`, text: "Earlier messages were summarised to make room.", details: summary }),
  "session.forked": (chat, { from_session_id }, { sequence }) =>
    addNote(chat, chat.turns.at(-1)?.id ?? "", {
      key: `note-${sequence}`,
      text: "Up to here this is a copy of another chat.",
      sessionId: from_session_id,
    }),
  "session.updated": (chat, { title, status, model_id }) => {
    const said = Object.entries({ title, status, model_id }).filter(([, value]) => value !== undefined);
    chat.session = { ...chat.session, ...Object.fromEntries(said) };
  },

  "message.delta": (chat, delta, { at }) => changeTurn(chat, delta.turn_id, (turn) => addDelta(turn, "message.delta", delta, at)),
  "reasoning.delta": (chat, delta, { at }) => changeTurn(chat, delta.turn_id, (turn) => addDelta(turn, "reasoning.delta", delta, at)),
  "tool_call.delta": (chat, delta, { at }) => changeTurn(chat, delta.turn_id, (turn) => addDelta(turn, "tool_call.delta", delta, at)),
  "message.discarded": (chat, { turn_id, message_id }) => changeTurn(chat, turn_id, (turn) => withoutMessage(turn, message_id)),
  "file.changed": nothing,
  "server.draining": nothing,
};

/** Every type of event that a chat is made of: a stream is listened to by name. */
export const EVENT_TYPES = Object.keys(APPLY);
