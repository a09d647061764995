import type { Message } from "@/domain/message";
import type { Usage } from "@/domain/usage";
import type { Block, Chat, ChatTurn, ToolBlock } from "./chat";

/** A chat whose list of turns may be changed; the turns in it may not. */
export type ChatDraft = Omit<Chat, "turns"> & { turns: ChatTurn[] };

export function changeTurn(chat: ChatDraft, turnId: string, how: (turn: ChatTurn) => ChatTurn): void {
  const index = chat.turns.findLastIndex(({ id }) => id === turnId);
  if (index >= 0) chat.turns[index] = how(chat.turns[index]!);
}

/** The first message of a turn makes it; one that comes while it runs stands where it was heard. */
export function addQuestion(chat: ChatDraft, message: Message): void {
  const turn = chat.turns.findLast(({ id }) => id === message.turn_id);
  if (!turn) {
    const nothing = {
      blocks: [],
      writing: null,
      thought: null,
      model: null,
      provider: null,
      fellBack: false,
      resumedAfter: null,
      end: null,
    };
    chat.turns.push({ id: message.turn_id, state: "queued", asked: [message], ...nothing });
    return;
  }
  const steered: Block = { kind: "steered", key: message.id, message };
  changeTurn(chat, turn.id, (old) =>
    old.state === "queued" ? { ...old, asked: [...old.asked, message] } : { ...old, blocks: [...old.blocks, steered] },
  );
}

export function beginTurn(chat: ChatDraft, turnId: string, facts: Pick<ChatTurn, "model" | "provider" | "fellBack">): void {
  const index = chat.turns.findLastIndex(({ id }) => id === turnId);
  const turn = chat.turns[index];
  if (!turn) return;
  chat.turns.splice(index, 1);
  const firstQueued = chat.turns.findIndex(({ state }) => state === "queued");
  chat.turns.splice(firstQueued < 0 ? chat.turns.length : firstQueued, 0, { ...turn, ...facts, state: "running" });
}

type Ended = {
  turn_id: string;
  usage: Usage;
  cost_usd: number | null;
  duration_ms: number;
  finish_reason?: string;
  code?: string;
  error?: string;
};

export function endTurn(chat: ChatDraft, state: "completed" | "failed" | "cancelled", ended: Ended): void {
  const { turn_id, usage, cost_usd, duration_ms, finish_reason = null, code, error = "" } = ended;
  const turn = chat.turns.findLast(({ id }) => id === turn_id);
  // A turn that never began was taken back, and its message with it.
  if (state === "cancelled" && turn?.state === "queued") {
    chat.turns = chat.turns.filter((other) => other !== turn);
    return;
  }
  changeTurn(chat, turn_id, (old) => ({
    ...old,
    state,
    writing: null,
    // What was streamed and is not kept by now will not be.
    blocks: withoutRetrying(old.writing === null ? old : withoutMessage(old, old.writing)).blocks.map(atRest),
    end: {
      usage,
      costUsd: cost_usd,
      durationMs: duration_ms,
      finishReason: finish_reason,
      failure: code === undefined ? null : { code, error },
    },
  }));
}

/** Nothing of a turn that is over is still being written or run. */
function atRest(block: Block): Block {
  if (block.kind === "text" || block.kind === "reasoning") return block.isStreaming ? { ...block, isStreaming: false } : block;
  return block.kind !== "tool" || isAnswered(block) ? block : { ...block, state: "interrupted", approvalId: null };
}

export const isAnswered = ({ state }: ToolBlock): boolean => ["ok", "error", "interrupted", "denied"].includes(state);

/** The next attempt has begun, or something of it is here. That another model answers stays to be read. */
export const withoutRetrying = (turn: ChatTurn): ChatTurn => ({
  ...turn,
  blocks: turn.blocks.flatMap((block): Block[] => {
    if (block.kind !== "retrying") return [block];
    if (block.instead === null) return [];
    return [{ kind: "note", key: block.key, text: `${block.model} could not answer; ${block.instead} went on.`, details: block.error }];
  }),
});

/** What was streamed of this message, or kept, is void. */
export const withoutMessage = (turn: ChatTurn, messageId: string | null): ChatTurn => ({
  ...turn,
  writing: turn.writing === messageId ? null : turn.writing,
  blocks: turn.blocks.filter((block) => !("messageId" in block && block.messageId === messageId)),
});

export type Call = { turn_id: string; tool_call_id: string; name: string; arguments: unknown };

export function changeCall(chat: ChatDraft, call: Call, changed: Partial<ToolBlock>): void {
  changeTurn(chat, call.turn_id, (turn) => {
    const index = turn.blocks.findLastIndex((block) => block.kind === "tool" && block.callId === call.tool_call_id);
    const known = (turn.blocks[index] as ToolBlock | undefined) ?? newCall("", call.tool_call_id, call.name);
    const block: ToolBlock = { ...known, arguments: call.arguments ?? known.arguments, ...changed };
    const wasWaiting = turn.state === "waiting" && changed.state !== "asking" && changed.state !== "elsewhere";
    return {
      ...turn,
      state: wasWaiting ? "running" : turn.state,
      blocks: index < 0 ? [...turn.blocks, block] : turn.blocks.with(index, block),
    };
  });
}

export const newCall = (messageId: string, callId: string, name: string): ToolBlock => ({
  kind: "tool",
  key: callId,
  messageId,
  callId,
  name,
  arguments: undefined,
  written: "",
  state: "pending",
  result: null,
  error: null,
  durationMs: null,
  approvalId: null,
  childSessionId: null,
});

/** A call that was answered without being run has no `tool.completed`. */
export function answerCalls(chat: ChatDraft, { turn_id, content }: Message): void {
  for (const part of content) {
    if (part.type !== "tool_result") continue;
    changeTurn(chat, turn_id, (turn) => ({
      ...turn,
      blocks: turn.blocks.map((block) => {
        if (block.kind !== "tool" || block.callId !== part.tool_call_id || isAnswered(block)) return block;
        return { ...block, state: part.error === null ? "ok" : "error", result: part.result, error: part.error, approvalId: null };
      }),
    }));
  }
}
