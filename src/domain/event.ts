import { z } from "zod";
import { Id, Timestamp } from "./common";
import { Message } from "./message";
import { Session } from "./session";
import { Usage } from "./usage";

const turn = { turn_id: Id, message_id: Id };
const step = { turn_id: Id, step: z.int(), attempt: z.int(), message_id: Id };
const model = { model: z.string(), provider: z.string() };
const spent = { usage: Usage, cost_usd: z.number().nullable(), duration_ms: z.int() };
const call = { turn_id: Id, tool_call_id: z.string(), name: z.string(), arguments: z.json() };

const MessageEvent = Message.extend({ message_id: Id }).meta({
  id: "MessageEvent",
  description: "The message; `message_id` is its `id` again.",
});

/** What is kept in a session's log, by type: the body of each event. `step` and `attempt` count from 1. */
export const KeptEvents = {
  "message.user": MessageEvent,
  "message.assistant": MessageEvent,
  "message.tool_result": MessageEvent,
  "message.system": MessageEvent,
  /** `fell_back`: the session's or the agent's own model is disabled or was deleted, so another answers. */
  "turn.started": z
    .object({ ...turn, model: z.string().nullable(), provider: z.string().nullable(), fell_back: z.boolean() })
    .meta({ id: "TurnStarted" }),
  /** `alone`: nothing else could have caused the crash. Absent in logs of older versions. */
  "turn.resumed": z
    .object({ ...turn, attempt: z.int(), after: z.enum(["crash", "shutdown", "disk_full"]), alone: z.boolean().optional() })
    .meta({ id: "TurnResumed" }),
  "turn.completed": z
    .object({ ...turn, ...spent, finish_reason: z.enum(["stop", "length", "content_filter", "refusal", "model_call_limit", "other"]) })
    .meta({ id: "TurnCompleted" }),
  "turn.failed": z.object({ ...turn, ...spent, code: z.string(), error: z.string() }).meta({ id: "TurnFailed" }),
  "turn.cancelled": z.object({ ...turn, ...spent }).meta({ id: "TurnCancelled" }),
  /** `replaces` is the message of the attempt before: what was streamed of it will not be kept. */
  "model.started": z.object({ ...step, ...model, replaces: Id.nullable() }).meta({ id: "ModelStarted" }),
  /**
   * `model` and `provider` failed. `fallback` names who is asked instead, at once and for the rest of the turn; null: the same again, then.
   * Who really answers stands in each `model.started`. Absent in logs of older versions. `compacting`: it was asked for a summary.
   */
  "model.retrying": z
    .object({
      ...step,
      ...model,
      code: z.string(),
      error: z.string(),
      delay_ms: z.int(),
      next_retry_at: Timestamp,
      fallback: z.object(model).nullable().optional(),
      compacting: z.literal(true).optional(),
    })
    .meta({ id: "ModelRetrying" }),
  /** `reasoning_duration_ms`: how long it told what it thought. Null where it told nothing; absent in logs of older versions. */
  "model.completed": z
    .object({
      ...step,
      ...model,
      ...spent,
      finish_reason: z.string(),
      time_to_first_token_ms: z.int().nullable(),
      reasoning_duration_ms: z.int().nullable().optional(),
    })
    .meta({ id: "ModelCompleted" }),
  /**
   * The conversation did not fit into the model's window. From now on a model is shown `summary` in place of the messages from
   * `from_sequence` to `to_sequence`, in the conversation's order, and of all before them; word for word stay the session's first message and
   * what the user said in this turn. The log keeps everything. `model` made the summary; null where none could, and it is only a list.
   * Tokens are estimates, corrected by what the provider counted last.
   */
  "context.compacted": z
    .object({
      turn_id: Id,
      step: z.int(),
      model: z.string().nullable(),
      provider: z.string().nullable(),
      from_sequence: z.int(),
      to_sequence: z.int(),
      summary: z.string(),
      tokens_before: z.int(),
      tokens_after: z.int(),
      context_window: z.int(),
      ...spent,
    })
    .meta({ id: "ContextCompacted" }),
  /** The id is also the event's own. `expires_at`: undecided by then, the call is denied. */
  "approval.requested": z.object({ ...call, approval_id: Id, expires_at: Timestamp }).meta({ id: "ApprovalRequested" }),
  /** `arguments` is what the model asked for; `changed_arguments` what is run instead, where whoever approved it changed them. */
  "approval.resolved": z
    .object({
      ...call,
      approval_id: Id,
      decision: z.enum(["approve", "deny", "expired", "cancelled"]),
      changed_arguments: z.json().nullable(),
      reason: z.string().nullable(),
      decided_by: Id.nullable(),
    })
    .meta({ id: "ApprovalResolved" }),
  /** With `runs_on`, somebody else runs it and the turn waits for the result: until `expires_at`, or for the first turn of the child session. */
  "tool.started": z
    .object({ ...call, runs_on: z.enum(["client", "agent"]).optional(), expires_at: Timestamp.optional(), child_session_id: Id.optional() })
    .meta({ id: "ToolStarted" }),
  "tool.completed": z
    .object({
      ...call,
      status: z.enum(["ok", "error", "interrupted", "denied"]),
      result: z.json().nullable(),
      error: z.string().nullable(),
      duration_ms: z.int().nullable(),
    })
    .meta({ id: "ToolCompleted" }),
  /**
   * A file or directory of the session changed, by a tool (then `turn_id` says of which turn) or by a person. What one change brings with
   * it is not told: parents that are made, and what is in a directory that is moved, copied or deleted. `from_path` is where it was moved
   * or copied from.
   */
  "file.changed": z
    .object({
      turn_id: Id.optional(),
      path: z.string(),
      change: z.enum(["written", "moved", "copied", "deleted"]),
      from_path: z.string().nullable(),
      is_directory: z.boolean(),
      is_readonly: z.boolean(),
      size_bytes: z.int(),
    })
    .meta({ id: "FileChanged" }),
  /** The session is a copy of another's log up to `after_sequence`; what comes before this event happened there. */
  "session.forked": z.object({ turn_id: Id.optional(), from_session_id: Id, after_sequence: z.int() }).meta({ id: "SessionForked" }),
  "session.updated": Session.pick({ title: true, tags: true, model_id: true, client_tools: true, status: true })
    .partial()
    .extend({ turn_id: Id.optional() })
    .meta({ id: "SessionUpdated" }),
} as const;

export type KeptEventType = keyof typeof KeptEvents;
export type MessageEventType = "message.user" | "message.assistant" | "message.tool_result" | "message.system";

/** The JSON of a kept event of this type. */
export type EventData<Type extends KeptEventType> = z.infer<(typeof KeptEvents)[Type]>;

/** A message before the log has given it its id, place and time. */
export type MessageDraft = Pick<Message, "role" | "content"> &
  Partial<Pick<Message, "tool_calls" | "tool_call_id" | "controls" | "metadata" | "tags" | "usage">>;

/** Something that happened and is about to be kept. The log adds ids, sequence and time; what comes from there has its `sequence`. */
export type EventDraft = {
  [Type in KeptEventType]: {
    type: Type;
    id?: string | undefined;
    sequence?: number | undefined;
    data: Type extends MessageEventType ? MessageDraft : Omit<EventData<Type>, "turn_id">;
  };
}[KeptEventType];

export const isMessageDraft = (draft: EventDraft): draft is Extract<EventDraft, { type: MessageEventType }> =>
  draft.type.startsWith("message.");

/** An event as the log holds it. `json` is its data as clients get it, byte for byte. */
export type KeptEvent = {
  session_id: string;
  sequence: number;
  id: string;
  turn_id: string | null;
  type: KeptEventType;
  json: string;
  created_at: number;
};

const delta = { ...step, offset: z.int(), delta: z.string() };

/** What is only told live: never in the log, never with an id. `offset` counts UTF-16 units from the beginning of what the delta belongs to. */
export const LiveEvents = {
  "message.delta": z.object(delta).meta({ id: "MessageDelta" }),
  "reasoning.delta": z.object(delta).meta({ id: "ReasoningDelta" }),
  "tool_call.delta": z.object({ ...delta, tool_call_id: z.string(), name: z.string() }).meta({ id: "ToolCallDelta" }),
  /** The server goes away: connect again in a moment, with the last id. */
  "server.draining": z.object({}).meta({ id: "ServerDraining" }),
  "message.discarded": z.object({ turn_id: Id, message_id: Id, attempt: z.int() }).meta({ id: "MessageDiscarded" }),
} as const;

/** One event of the JSON list. */
export const ListedEvent = z
  .object({
    id: Id,
    session_id: Id,
    turn_id: Id.nullable(),
    sequence: z.int(),
    event_type: z.string(),
    data: z.union(Object.values(KeptEvents)),
    created_at: Timestamp,
  })
  .meta({ id: "Event" });
