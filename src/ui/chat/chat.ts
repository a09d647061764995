import type { ContentPart, Message } from "@/domain/message";
import type { SessionStatus } from "@/domain/session";
import type { Usage } from "@/domain/usage";

/** What a session looks like to whoever reads it: nothing but what its events say. */
export type Chat = {
  /** Of the last kept event that is in here. */
  sequence: number;
  /** Those that began, in the order in which they began; then those that wait, in the order in which they came. */
  turns: readonly ChatTurn[];
  /** What the log says of the session; absent where it says nothing. */
  session: { title?: string | null; status?: SessionStatus; model_id?: string | null };
};

export type ChatTurn = {
  id: string;
  state: "queued" | "running" | "waiting" | "completed" | "failed" | "cancelled";
  /** What the person said that made this turn. */
  asked: readonly Message[];
  blocks: readonly Block[];
  /** The message whose words stream in and are not kept yet. */
  writing: string | null;
  /** How long the model thought before it wrote the message that is about to be kept. */
  thought: { messageId: string; durationMs: number } | null;
  model: string | null;
  provider: string | null;
  /** Another model than the wished one answers. */
  fellBack: boolean;
  /** What cut it off before it went on. */
  resumedAfter: "crash" | "shutdown" | "disk_full" | null;
  end: TurnEnd | null;
};

export type TurnEnd = {
  usage: Usage;
  costUsd: number | null;
  durationMs: number;
  finishReason: string | null;
  failure: { code: string; error: string } | null;
};

/** One thing that stands in an answer, from top to bottom. `key` stays the same from the first streamed word to the kept message. */
export type Block =
  | { kind: "text"; key: string; messageId: string; text: string; isStreaming: boolean }
  | {
      kind: "reasoning";
      key: string;
      messageId: string;
      text: string;
      isStreaming: boolean;
      begunAt: number | null;
      durationMs: number | null;
    }
  | ToolBlock
  | { kind: "image"; key: string; messageId: string; part: Extract<ContentPart, { type: "image" }> }
  | { kind: "steered"; key: string; message: Message }
  | Note
  | {
      kind: "retrying";
      key: string;
      code: string;
      error: string;
      /** The model that failed. */
      model: string;
      /** The model that is asked instead; null for the same again. */
      instead: string | null;
    };

/** Something to know in passing. `details` are there for who asks; `sessionId` is the chat that it speaks of. */
export type Note = { kind: "note"; key: string; text: string; details?: string; sessionId?: string };

export type ToolBlock = {
  kind: "tool";
  key: string;
  messageId: string;
  callId: string;
  name: string;
  /** Undefined while the model still writes them: then `written` is the text so far. */
  arguments: unknown;
  written: string;
  state: "writing" | "pending" | "running" | "elsewhere" | "asking" | "ok" | "error" | "interrupted" | "denied";
  result: unknown;
  error: string | null;
  durationMs: number | null;
  /** Set while a person is asked. */
  approvalId: string | null;
  /** The chat in which another agent answers it. */
  childSessionId: string | null;
};

export const emptyChat: Chat = { sequence: 0, turns: [], session: {} };

export const isOpen = ({ state }: ChatTurn): boolean => state === "running" || state === "waiting";
export const queueOf = ({ turns }: Chat): ChatTurn[] => turns.filter(({ state }) => state === "queued");
export const runningTurnOf = ({ turns }: Chat): ChatTurn | undefined => turns.find(isOpen);

/** The words of a message, without its images. */
export const textOf = ({ content }: Pick<Message, "content">): string =>
  content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
