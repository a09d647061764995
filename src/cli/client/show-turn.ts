import type { EventData } from "@/domain/event";
import type { ContentPart, Message } from "@/domain/message";
import type { Usage } from "@/domain/usage";
import { AppError } from "@/platform/app-error";
import type { Api, FollowedEvent } from "./api";
import { dim, harmless, say } from "./output";

export type ShownTurn = {
  status: "completed" | "failed" | "cancelled";
  text: string;
  model: string | null;
  error: { code: string; message: string } | null;
  usage: Usage;
  cost_usd: number | null;
  duration_ms: number;
};

type EndData = Pick<EventData<"turn.completed">, "usage" | "cost_usd" | "duration_ms">;

/** `write` gets the answer's words as they come; `note` gets what happens beside them. */
type Show = { write: (text: string) => void; note: (text: string) => void };

/** Follows the turn of a message to its end. What was written of an attempt that failed is said to be void, and written anew. */
export async function showTurn(api: Api, message: Message, { write, note }: Show): Promise<ShownTurn> {
  const answer = createAnswer(write);
  let model: string | null = null;
  for await (const event of api.follow(message.session_id, message.sequence)) {
    const { type, data } = event;
    if (data.turn_id !== message.turn_id) continue;
    if (type === "message.delta") answer.add(String(data.message_id), String(data.delta));
    if (type === "message.assistant") answer.settle(data as unknown as Message);
    if (type === "message.discarded" && answer.discard()) note("The answer broke off; it begins again:");
    if (type === "model.started") model = `${data.provider}/${data.model}`;
    const words = wordsFor(event, `${api.url}/sessions/${message.session_id}`);
    if (words !== null) note(words);
    if (!isEnd(type)) continue;
    const { usage, cost_usd, duration_ms } = data as EndData;
    const error = type === "turn.failed" ? { code: String(data.code), message: String(data.error) } : null;
    return { status: type.slice("turn.".length) as ShownTurn["status"], text: answer.text(), model, error, usage, cost_usd, duration_ms };
  }
  throw new AppError("unavailable", "The stream ended before the turn did");
}

const isEnd = (type: string): boolean => type === "turn.completed" || type === "turn.failed" || type === "turn.cancelled";

function wordsFor({ type, data }: FollowedEvent, page: string): string | null {
  const call = () => `${data.name} ${JSON.stringify(data.arguments)}`;
  if (type === "tool.started") return dim(`· ${harmless(call()).slice(0, 200)}`);
  if (type === "tool.completed" && data.error !== null) return dim(`  ${data.status}: ${harmless(String(data.error)).slice(0, 200)}`);
  if (type === "approval.requested") return `Waits for your approval of ${harmless(call())}: ${page}`;
  if (type === "model.retrying")
    return dim(`The model could not answer (${data.code}): it is asked again in ${Number(data.delay_ms) / 1000} s.`);
  return null;
}

/** The words of a turn: one message after the other, with an empty line between them. */
function createAnswer(write: (text: string) => void) {
  const messages: string[] = [];
  let current: { id: string; text: string } | null = null;

  function add(id: string, delta: string): void {
    if (current?.id !== id) {
      if (messages.length > 0) write("\n\n");
      current = { id, text: "" };
    }
    current.text += delta;
    write(harmless(delta));
  }

  return {
    add,
    /** The kept message is what counts: whatever of it was not streamed is written now. */
    settle({ id, content }: Message): void {
      const whole = textOf(content);
      const written = current?.id === id ? current.text : "";
      if (whole.length > written.length) add(id, whole.slice(written.length));
      if (whole !== "") messages.push(whole);
      current = null;
    },
    /** Whether anything had been written that is void now. */
    discard(): boolean {
      const hadText = current !== null && current.text !== "";
      if (hadText) write("\n");
      current = null;
      return hadText;
    },
    text: () => messages.join("\n\n"),
  };
}

const textOf = (content: readonly ContentPart[]): string => content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");

const count = new Intl.NumberFormat("en");

/** `649 ms · 3,413 in / 399 out · $0.0163` */
export function sayEnd({ status, error, usage, cost_usd, duration_ms }: ShownTurn): void {
  if (error) say(`The turn failed (${error.code}): ${harmless(error.message)}`);
  if (status === "cancelled") say("The turn was cancelled.");
  const tokens = `${count.format(usage.input_tokens)} in / ${count.format(usage.output_tokens)} out`;
  const cost = cost_usd === null || cost_usd === 0 ? "" : ` · $${cost_usd.toFixed(cost_usd < 1 ? 4 : 2)}`;
  say(dim(`${duration_ms < 10_000 ? `${duration_ms} ms` : `${(duration_ms / 1000).toFixed(1)} s`} · ${tokens}${cost}`));
}
