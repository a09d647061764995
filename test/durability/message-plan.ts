import type { WhenBusy } from "@/domain/message";
import type { GivenTool } from "@/domain/own-tool";
import type { Random } from "./random";

type Arguments = Record<string, number | string>;

/** What the agent of a run can do, which of its tools it calls, and how often one beside the others. */
export type Toolbox = {
  capabilities: string[];
  tools?: GivenTool[];
  /** Of one answer; they run side by side. */
  mostCalls: number;
  calls: readonly { name: string; weight: number; argumentsOf: (random: Random) => Arguments }[];
};

const pair = (random: Random) => ({ a: random.between(1, 100), b: random.between(1, 100) });

/** A tool of every effect: most calls are of the one that must never run twice. Each call has arguments of its own, by which what it did is found. */
export function createLedgerToolbox(tools: GivenTool[], mostCalls: number): Toolbox {
  let calls = 0;
  const ref = () => ({ ref: ++calls });
  const file = () => ({ path: `/${++calls}.txt`, content: "written once" });
  return {
    capabilities: ["file_system"],
    tools,
    mostCalls,
    calls: [
      { name: "charge", weight: 5, argumentsOf: ref },
      { name: "write_file", weight: 2, argumentsOf: file },
      { name: "book", weight: 1, argumentsOf: ref },
      { name: "lookup", weight: 1, argumentsOf: ref },
      { name: "no_such_tool", weight: 1, argumentsOf: ref },
    ],
  };
}

export const builtInToolbox: Toolbox = {
  capabilities: ["test_math"],
  mostCalls: 3,
  calls: ["add", "multiply", "no_such_tool"].map((name) => ({ name, weight: 1, argumentsOf: pair })),
};

export type MessagePlan = { text: string; whenBusy: WhenBusy; isCancelled: boolean; isSentTwice: boolean };

/** A message that makes the simulated model call tools in none to three rounds, and then answer. */
export function planMessage(random: Random, { calls, mostCalls }: Toolbox): MessagePlan {
  const choices = calls.flatMap((call) => Array.from({ length: call.weight }, () => call));
  const call = () => {
    const { name, argumentsOf } = random.pick(choices);
    return { name, arguments: argumentsOf(random) };
  };
  const delay_ms = random.between(0, 3);
  const rounds = Array.from({ length: random.between(0, 3) }, () => ({
    call: Array.from({ length: random.between(1, mostCalls) }, call),
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
