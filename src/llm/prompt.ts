import { createHash } from "node:crypto";
import type { ImagePart, ReasoningPart, ToolCallPart, ToolResultPart } from "@/domain/message";
import type { LlmMessage, LlmRequest } from "./llm";
import { isRecord } from "./provider-errors";

/** Providers refuse JSON with half a character in it, which one bad tool result would otherwise put into a conversation for good. */
export const wellFormedRequest = (request: LlmRequest): LlmRequest => wellFormed(request);

function wellFormed<Value>(value: Value): Value;
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map((item) => wellFormed(item));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), wellFormed(item)]));
}

/** What the model reads of a tool's result: one of two keys, so that an error is never taken for a result. */
export const resultText = (part: ToolResultPart): string =>
  JSON.stringify(part.error !== null ? { error: part.error } : { result: part.result });

/** Every protocol wants an object: what the model wrote instead is shown to it under a name that says so. */
export const callArguments = ({ arguments: given }: ToolCallPart): Record<string, unknown> =>
  isRecord(given) ? given : { invalid_arguments: given };

/** Names that a model made up may hold what a protocol refuses. */
export const callName = ({ name }: ToolCallPart): string => name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || "unknown";

/** An id that another provider made may be too long or hold what a protocol refuses; the same id becomes the same portable id. */
export const portableCallId = (id: string): string =>
  /^[a-zA-Z0-9_-]{1,64}$/.test(id) ? id : `call_${createHash("sha256").update(id).digest("hex").slice(0, 32)}`;

export const imageUrl = (part: ImagePart): string => part.url ?? `data:${part.media_type ?? "image/png"};base64,${part.base64 ?? ""}`;

export const joinedText = (content: LlmMessage["content"]): string =>
  content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");

/** For protocols, and templates of models, that take a system message only at the beginning. */
export const systemNote = (content: LlmMessage["content"]): string => `<system>\n${joinedText(content)}\n</system>`;

/**
 * A signature that means something to one server only: it is sent back to the host it came from and to no other,
 * since another account cannot open it and would refuse the whole conversation.
 */
export const sealFor = (host: string, sealed: Record<string, unknown>): string => JSON.stringify({ host, ...sealed });

export function unseal(part: ReasoningPart, driver: string, host: string): Record<string, unknown> | undefined {
  if (part.driver !== driver || !part.signature) return undefined;
  try {
    const { host: from, ...sealed } = JSON.parse(part.signature);
    return from === host ? sealed : undefined;
  } catch {
    return undefined;
  }
}
