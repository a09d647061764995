import type { ToolCallPart } from "@/domain/message";
import type { LlmMessage, LlmRequest, LlmTool } from "./llm";
import { findScript } from "./simulated-script";
import { type Understood, understand } from "./simulated-understanding";
import { describeOutcome, type Outcome, type PlannedCall, type Wish } from "./simulated-wishes";

/** What the simulated model does next: calls of tools, or words. */
type NextMove = { kind: "call"; calls: PlannedCall[] } | { kind: "say"; text: string };

/**
 * Reads the part of the conversation that is not answered yet: a question, or several where one was added in mid-turn, and what tools
 * answered so far. The same conversation always leads to the same move.
 */
export function decide({ messages, tools }: LlmRequest): NextMove {
  const offered = new Set(tools.map(({ name }) => name));
  const open = messages.slice(messages.findLastIndex(isFinalAnswer) + 1);
  const wishes: Wish[] = [];
  const understood: Understood = { wishes: [], hints: [] };
  const unplanned: string[] = [];

  open.forEach((message, index) => {
    if (message.role === "user" && isTakenUp(open, index)) {
      const { wishes: more, hints } = understand(textOf(message));
      understood.wishes.push(...more);
      understood.hints.push(...hints);
      wishes.push(...more.filter((wish) => wish.tools.every((tool) => offered.has(tool))));
    }
    if (message.role !== "assistant") return;
    const planned = wishes.flatMap((wish) => wish.takeCalls());
    callsOf(message).forEach((call, position) => {
      const outcome = outcomeOf(call, open.slice(index));
      const plan = planned[position];
      if (plan) plan.outcome = outcome;
      else unplanned.push(describeOutcome(call.name, outcome));
    });
  });

  const calls = wishes.flatMap((wish) => wish.takeCalls());
  if (calls.length > 0) return { kind: "call", calls };

  const missing = understood.wishes.filter((wish) => !wishes.includes(wish)).map((wish) => wish.missing);
  const said = [...wishes.map((wish) => wish.say()), ...new Set(missing), ...new Set(understood.hints), ...unplanned];
  const question = open.findLast(({ role }) => role === "user");
  if (said.length === 0) said.push(introduce(question ? textOf(question) : "", tools));
  return { kind: "say", text: [...imagesOf(question), ...said].join(said.some((each) => each.includes("\n")) ? "\n\n" : " ") };
}

export const textOf = ({ content }: LlmMessage): string => content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");

const callsOf = ({ content }: LlmMessage): ToolCallPart[] => content.filter((part) => part.type === "tool_call");

const isFinalAnswer = (message: LlmMessage) => message.role === "assistant" && callsOf(message).length === 0;

/** A message that another one follows at once was given up before it was answered; a script is not a question. */
function isTakenUp(open: readonly LlmMessage[], index: number): boolean {
  const followed = open.slice(index + 1).find(({ role }) => role === "user" || role === "assistant");
  return followed?.role !== "user" && findScript(textOf(open[index]!)) === undefined;
}

function outcomeOf(call: ToolCallPart, later: readonly LlmMessage[]): Outcome {
  const results = later.flatMap(({ content }) => content.filter((part) => part.type === "tool_result"));
  return results.find(({ tool_call_id }) => tool_call_id === call.id) ?? { result: null, error: "The tool gave no answer." };
}

function imagesOf(message: LlmMessage | undefined): string[] {
  const count = message?.content.filter(({ type }) => type === "image").length ?? 0;
  if (count === 0) return [];
  return [`I received ${count === 1 ? "1 image" : `${count} images`}, which I can count but not see.`];
}

const examples: [tool: string, example: string][] = [
  ["multiply", "“what is 6 times 7?”"],
  ["get_current_time", "“what time is it in Tokyo?”"],
  ["get_weather", "“weather in Paris”"],
  ["get_forecast", "“5 day forecast for Oslo”"],
  ["write_todos", "“plan a birthday party”"],
];

function introduce(text: string, tools: readonly LlmTool[]): string {
  const words = text
    .replace(/```[\s\S]*?(?:```|$)/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  const quote = [...words.slice(0, 160)].slice(0, 80).join("");
  const said = quote === "" ? [] : [`You said: “${quote}${quote.length < words.length ? "…" : ""}”.`];
  const greeting = /^(?:hi|hello|hey|good (?:morning|afternoon|evening))\b/i.test(words) ? ["Hello!"] : [];
  const usable = examples.filter(([tool]) => tools.some(({ name }) => name === tool)).map(([, example]) => example);
  const tip =
    usable.length > 0
      ? `Try ${usable.join(", ")}: I call tools for these.`
      : "Switch on a capability of this agent, such as Current Time (`current_time`) or Test Math (`test_math`), and ask me for the time or a sum.";
  return [
    [...greeting, "I am the simulated model: built in, without a network and without understanding.", ...said, tip].join(" "),
    'For real answers set up a provider: POST /v1/llm-providers with {"name": "OpenAI", "provider_type": "openai", "api_key": "…", "is_default": true}.',
  ].join("\n\n");
}
