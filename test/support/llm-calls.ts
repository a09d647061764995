import type { ContentPart } from "@/domain/message";
import { createDriver } from "@/llm/drivers";
import { type LlmConnection, LlmError, type LlmEvent, type LlmMessage, type LlmRequest } from "@/llm/llm";
import type { DriverOptions } from "@/llm/wire";
import type { Protocol } from "./llm-protocols";
import { outbound } from "./outbound";

export const user = (text: string): LlmMessage => ({ role: "user", content: [{ type: "text", text }] });

export const weather = {
  name: "get_weather",
  description: "Says the weather of a city.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

export const requestOf = (protocol: Protocol, messages: LlmMessage[], more: Partial<LlmRequest> = {}): LlmRequest => ({
  model: protocol.model,
  instructions: "Be brief.",
  messages,
  tools: [weather],
  ...more,
});

export type Heard = {
  events: LlmEvent[];
  text: string;
  reasoning: string;
  finished: Extract<LlmEvent, { type: "finished" }>;
};

/** Listens to a whole answer. */
export async function hear(
  connection: LlmConnection,
  request: LlmRequest,
  options: Partial<DriverOptions> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Heard> {
  const events: LlmEvent[] = [];
  for await (const event of createDriver(connection, { fetch: outbound, ...options }).stream(request, signal)) events.push(event);
  const finished = events.at(-1);
  if (finished?.type !== "finished") throw new Error("The stream ended without saying so");
  const joined = (type: "text_delta" | "reasoning_delta") => events.map((event) => (event.type === type ? event.delta : "")).join("");
  return { events, text: joined("text_delta"), reasoning: joined("reasoning_delta"), finished };
}

/** The error that a call ends with. */
export async function failureOf(answer: Promise<unknown>): Promise<LlmError> {
  const outcome = await answer.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof LlmError) return outcome;
  throw new Error(`Expected an LlmError, got ${outcome}`);
}

/** A fetch that remembers what went out. */
export function recordingFetch() {
  const sent: { url: string; headers: Headers; text: string }[] = [];
  const send = async (url: string | URL, init?: RequestInit) => {
    sent.push({ url: String(url), headers: new Headers(init?.headers), text: String(init?.body ?? "") });
    return outbound(url, init);
  };
  return { sent, fetch: send };
}

export const partsOf = <Type extends ContentPart["type"]>(heard: Heard, type: Type) =>
  heard.finished.content.filter((part): part is Extract<ContentPart, { type: Type }> => part.type === type);
