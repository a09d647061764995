import { type EventDraft, isMessageDraft } from "@/domain/event";

export class OutputLimit extends Error {
  override readonly name = "OutputLimit";
}

/** Counts what the models of one turn write, from what its log holds already. `take` throws `OutputLimit` where the turn has no room left. */
export function createRoom(maxBytes: number, log: readonly EventDraft[]) {
  let leftBytes = maxBytes - writtenIn(log);
  return {
    take(text: string): void {
      leftBytes -= Buffer.byteLength(text);
      if (leftBytes < 0)
        throw new OutputLimit(`its answers grew beyond the ${inWords(maxBytes)} that one turn may write. Send another message to go on`);
    },
  };
}

function writtenIn(log: readonly EventDraft[]): number {
  const parts = log.filter(isMessageDraft).flatMap(({ data }) => (data.role === "assistant" ? data.content : []));
  return parts.reduce((bytes, part) => {
    if (part.type === "text" || part.type === "reasoning") return bytes + Buffer.byteLength(part.text);
    return part.type === "tool_call" ? bytes + Buffer.byteLength(JSON.stringify(part.arguments)) : bytes;
  }, 0);
}

function inWords(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${Math.round(bytes / 1024 / 1024)} MiB`;
  return bytes >= 1024 ? `${Math.round(bytes / 1024)} KiB` : `${bytes} bytes`;
}
