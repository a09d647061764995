import type { LlmMessage, LlmRequest } from "./llm";
import { textOf } from "./simulated-answer";

/**
 * The simulated model's summary of a conversation. It names how many answers to the last question it replaces, so that a script goes on
 * where it was.
 */
export function simulatedSummary({ messages }: LlmRequest): string {
  const transcript = messages.map(textOf).join("\n");
  const entries = [...transcript.matchAll(/<message role="(\w+)">\n([\s\S]*?)\n<\/message>/g)].map(([, role, text]) => ({
    role: role!,
    text: text!,
  }));
  const asked = entries.findLastIndex(({ role }) => role === "user");
  const question = keyOf(entries[asked]?.text ?? "");
  const answers = entries.slice(asked + 1).filter(({ role }) => role === "assistant").length + answersIn(transcript, question);
  return `Simulated summary of ${entries.length} messages, with ${answers} answers to question ${question}.`;
}

/** How many answers to this question were replaced by summaries. */
export const summarisedAnswers = (messages: readonly LlmMessage[], question: string): number =>
  answersIn(messages.map(textOf).join("\n"), keyOf(question));

function answersIn(text: string, question: string): number {
  const counts = [...text.matchAll(/with (\d+) answers to question (\w+)/g)].filter(([, , key]) => key === question);
  return counts.reduce((most, [, count]) => Math.max(most, Number(count)), 0);
}

/** By its beginning: of a long one a summary is not given more. */
const keyOf = (question: string): string => new Bun.CryptoHasher("sha256").update(question.slice(0, 300).trim()).digest("hex").slice(0, 12);
