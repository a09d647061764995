import { useSyncExternalStore } from "react";
import { type ChatSnapshot, type ChatStream, createChatStream } from "./chat-stream";

/** Sessions that were open before are shown at once, and go on from where they were. */
const KEPT_SESSIONS = 8;
const streams = new Map<string, ChatStream>();

/** What a session's events say, now and as it changes. */
export function useChat(sessionId: string): ChatSnapshot {
  const stream = streamOf(sessionId);
  return useSyncExternalStore(stream.subscribe, stream.snapshot);
}

/** What the server has answered is about to come as an event too; should it not, the connection is opened anew. */
export const expectEvent = (sessionId: string, sequence: number): void => streams.get(sessionId)?.expect(sequence);

export const forgetChat = (sessionId: string): void => void streams.delete(sessionId);

function streamOf(sessionId: string): ChatStream {
  const stream = streams.get(sessionId) ?? createChatStream(sessionId);
  streams.delete(sessionId);
  streams.set(sessionId, stream);
  const oldest = streams.keys().next().value;
  if (streams.size > KEPT_SESSIONS && oldest !== undefined) streams.delete(oldest);
  return stream;
}
