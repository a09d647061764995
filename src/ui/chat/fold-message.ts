import type { Message } from "@/domain/message";
import type { Block, ChatTurn } from "./chat";
import { newCall, withoutRetrying } from "./fold-turn";

export type Delta = { turn_id: string; message_id: string; offset: number; delta: string; tool_call_id?: string; name?: string };
type DeltaType = "message.delta" | "reasoning.delta" | "tool_call.delta";

/**
 * A few more characters of the message being written. `offset` says where they belong, so that what comes twice changes nothing.
 * How long reasoning took is read off `at` (milliseconds since 1970): no event tells it.
 */
export function addDelta(turn: ChatTurn, type: DeltaType, delta: Delta, at: number): ChatTurn {
  const { blocks } = withoutRetrying(turn);
  const last = blocks.at(-1);
  const index =
    type === "tool_call.delta"
      ? blocks.findLastIndex((block) => block.kind === "tool" && block.callId === delta.tool_call_id)
      : blocks.length - 1;
  const known = blocks[index];
  if (continues(known, type, delta)) return { ...turn, writing: delta.message_id, blocks: blocks.with(index, longer(known!, delta)) };

  const begun = last ? blocks.with(-1, finished(last, at)) : blocks;
  const key = `${delta.message_id}/${blocks.filter((block) => "messageId" in block && block.messageId === delta.message_id).length}`;
  return { ...turn, writing: delta.message_id, blocks: [...begun, started(type, key, delta, at)] };
}

function continues(block: Block | undefined, type: DeltaType, { message_id }: Delta): boolean {
  if (!block || !("messageId" in block) || block.messageId !== message_id) return false;
  if (type === "tool_call.delta") return block.kind === "tool";
  return block.kind === (type === "message.delta" ? "text" : "reasoning");
}

const upTo = (text: string, offset: number, delta: string): string => (offset >= text.length ? text : text.slice(0, offset)) + delta;

function longer(block: Block, { offset, delta }: Delta): Block {
  if (block.kind === "tool") return { ...block, written: upTo(block.written, offset, delta) };
  return block.kind === "text" || block.kind === "reasoning" ? { ...block, text: upTo(block.text, offset, delta) } : block;
}

/** The next part has begun, so nothing more comes to this one. */
function finished(block: Block, at: number): Block {
  if (block.kind === "text" && block.isStreaming) return { ...block, isStreaming: false };
  if (block.kind !== "reasoning" || !block.isStreaming) return block;
  return { ...block, isStreaming: false, durationMs: block.begunAt === null || at === block.begunAt ? null : at - block.begunAt };
}

function started(type: DeltaType, key: string, { message_id: messageId, delta, tool_call_id = "", name = "" }: Delta, at: number): Block {
  if (type === "message.delta") return { kind: "text", key, messageId, text: delta, isStreaming: true };
  if (type === "reasoning.delta")
    return { kind: "reasoning", key, messageId, text: delta, isStreaming: true, begunAt: at, durationMs: null };
  return { ...newCall(messageId, tool_call_id, name), written: delta, state: "writing" };
}

/** The model has said how long it thought; who followed it live has only an estimate. */
export function noteThinking(turn: ChatTurn, messageId: string, durationMs: number): ChatTurn {
  const index = turn.blocks.findIndex((block) => block.kind === "reasoning" && block.messageId === messageId);
  const block = turn.blocks[index];
  const blocks = block?.kind === "reasoning" ? turn.blocks.with(index, { ...block, isStreaming: false, durationMs }) : turn.blocks;
  return { ...turn, blocks, thought: { messageId, durationMs } };
}

/** Puts the message as it was kept in the place of what was streamed of it. */
export function keepMessage(turn: ChatTurn, message: Message): ChatTurn {
  const isOwn = (block: Block): boolean => "messageId" in block && block.messageId === message.id;
  const streamed = turn.blocks.filter(isOwn);
  const first = turn.blocks.findIndex(isOwn);
  const others = turn.blocks.filter((block) => !isOwn(block));
  const kept = blocksOf(message, streamed, turn.thought?.messageId === message.id ? turn.thought.durationMs : null);
  const place = first < 0 ? others.length : first;
  return {
    ...turn,
    writing: turn.writing === message.id ? null : turn.writing,
    thought: null,
    blocks: [...others.slice(0, place), ...kept, ...others.slice(place)],
  };
}

function blocksOf(message: Message, streamed: readonly Block[], thoughtMs: number | null): Block[] {
  // What went wrong is told by the end of the turn.
  if (message.metadata?.error !== undefined) return [];
  if (message.role === "system")
    return message.content.flatMap((part, index) =>
      part.type === "text" ? [{ kind: "note" as const, key: `${message.id}/${index}`, text: part.text }] : [],
    );
  return message.content.flatMap((part, index): Block[] => {
    const key = `${message.id}/${index}`;
    const place = { key, messageId: message.id };
    const before = streamed.find((block) => block.key === (part.type === "tool_call" ? part.id : key));
    switch (part.type) {
      case "text":
        return part.text === "" ? [] : [{ kind: "text", ...place, text: part.text, isStreaming: false }];
      case "reasoning": {
        const known = before?.kind === "reasoning" ? before : undefined;
        const durationMs = known?.durationMs ?? (index === 0 ? thoughtMs : null);
        return part.text === "" ? [] : [{ kind: "reasoning", ...place, text: part.text, isStreaming: false, begunAt: null, durationMs }];
      }
      case "tool_call": {
        const known = before?.kind === "tool" ? before : newCall(message.id, part.id, part.name);
        return [{ ...known, name: part.name, arguments: part.arguments, state: known.state === "writing" ? "pending" : known.state }];
      }
      case "image":
        return [{ kind: "image", ...place, part }];
      default:
        return [];
    }
  });
}
