import type { WhenBusy } from "@/domain/message";
import type { Random } from "./random";

/** What the agent of a run can do, and which of its tools it calls. */
export type Toolbox = { capabilities: string[]; argumentsOf: Record<string, (random: Random) => Record<string, number>> };

const amount = (random: Random) => ({ amount: random.between(1, 100) });
const pair = (random: Random) => ({ a: random.between(1, 100), b: random.between(1, 100) });

export const ledgerToolbox: Toolbox = { capabilities: ["ledger"], argumentsOf: { charge: amount, lookup: amount, book: amount } };

export const builtInToolbox: Toolbox = { capabilities: ["test_math"], argumentsOf: { add: pair, multiply: pair, no_such_tool: pair } };

export type MessagePlan = { text: string; whenBusy: WhenBusy; isCancelled: boolean; isSentTwice: boolean };

/** A message that makes the simulated model call tools in none to three rounds, and then answer. */
export function planMessage(random: Random, { argumentsOf }: Toolbox): MessagePlan {
  const call = () => {
    const name = random.pick(Object.keys(argumentsOf));
    return { name, arguments: argumentsOf[name]!(random) };
  };
  const delay_ms = random.between(0, 3);
  const rounds = Array.from({ length: random.between(0, 3) }, () => ({
    call: Array.from({ length: random.between(1, 3) }, call),
    ...(random.chance(0.3) ? { text: "Let me see." } : {}),
    delay_ms,
  }));
  const failure = random.chance(0.03) ? [{ error: { code: "overloaded", retry_after_ms: 10, times: 1 } }] : [];
  const answer = { repeat: "word ", times: random.between(3, 20), delay_ms };
  return {
    text: `\`\`\`simulate\n${JSON.stringify([...failure, ...rounds, answer])}\n\`\`\``,
    whenBusy: random.pick<WhenBusy>(["enqueue", "enqueue", "enqueue", "enqueue", "steer", "interrupt"]),
    isCancelled: random.chance(0.08),
    isSentTwice: random.chance(0.2),
  };
}
