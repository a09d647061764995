import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { defineTool, type ToolContext } from "@/agent-loop/tool";
import type { CapabilityDefinition } from "@/capabilities/catalog";

/** So long a tool may take before and after its effect, each: a kill has to be able to fall on both sides. Milliseconds. */
const LONGEST_WAIT_MS = 20;

/** Tools whose effects stand in a file outside the server: one line each, `tool turn/call`. */
export function ledgerCapability(path: string): CapabilityDefinition {
  async function act(name: string, { idempotencyKey }: ToolContext): Promise<void> {
    await Bun.sleep(Math.random() * LONGEST_WAIT_MS);
    appendFileSync(path, `${name} ${idempotencyKey}\n`);
    await Bun.sleep(Math.random() * LONGEST_WAIT_MS);
  }

  return {
    id: "ledger",
    name: "Ledger",
    description: "Acts on the world outside, for tests of durability.",
    status: "available",
    icon: "book",
    category: "Testing",
    tools: [
      defineTool({
        name: "charge",
        description: "Charge a card.",
        input: z.object({ amount: z.int() }),
        effect: "unsafe",
        async run({ amount }, context) {
          await act("charge", context);
          return { charged: amount };
        },
      }),
      defineTool({
        name: "lookup",
        description: "Look something up.",
        input: z.object({ amount: z.int() }),
        effect: "pure",
        async run({ amount }) {
          await Bun.sleep(Math.random() * LONGEST_WAIT_MS);
          return { found: amount };
        },
      }),
      defineTool({
        name: "book",
        description: "Book a seat.",
        input: z.object({ amount: z.int() }),
        effect: "idempotent",
        async run({ amount }, context) {
          await act("book", context);
          return { booked: amount };
        },
      }),
    ],
  };
}

/** How often each effect happened, by `tool turn/call`. */
export function readLedger(path: string): Map<string, number> {
  const effects = new Map<string, number>();
  if (!existsSync(path)) return effects;
  for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) effects.set(line, (effects.get(line) ?? 0) + 1);
  return effects;
}
