import type { EventBus } from "./event-bus";

export type LivePart = {
  type: "message.delta" | "reasoning.delta" | "tool_call.delta";
  tool_call_id?: string;
  name?: string;
  text: string;
};

/** The message that a model is writing right now. Followers keep their own place in each part, so it is held once for all of them. */
export type LiveMessage = {
  readonly turn_id: string;
  readonly message_id: string;
  readonly step: number;
  readonly attempt: number;
  readonly parts: LivePart[];
  isWriting: boolean;
};

type Piece = Omit<LivePart, "text"> & { delta: string };

export type LiveMessages = ReturnType<typeof createLiveMessages>;

/** At most one message a session. It stays after it was kept, until the next begins, so that a follower may send what it still owes. */
export function createLiveMessages(bus: EventBus) {
  const live = new Map<string, LiveMessage>();
  return {
    of: (sessionId: string): LiveMessage | undefined => live.get(sessionId),

    begin(sessionId: string, message: Pick<LiveMessage, "turn_id" | "message_id" | "step" | "attempt">): void {
      live.set(sessionId, { ...message, parts: [], isWriting: true });
    },

    append(sessionId: string, { type, tool_call_id, name, delta }: Piece): void {
      const message = live.get(sessionId);
      if (!message) return;
      const last = message.parts.findLast((part) => part.type === type && part.tool_call_id === tool_call_id);
      const continues = last !== undefined && (type === "tool_call.delta" || last === message.parts.at(-1));
      if (continues) last.text += delta;
      else
        message.parts.push({
          type,
          ...(tool_call_id === undefined ? {} : { tool_call_id }),
          ...(name === undefined ? {} : { name }),
          text: delta,
        });
      bus.publish(sessionId, "live");
    },

    /** No more comes: it is in the log now, or will never be. */
    end(sessionId: string): void {
      const message = live.get(sessionId);
      if (message) message.isWriting = false;
    },

    forget: (sessionId: string): void => void live.delete(sessionId),
  };
}
