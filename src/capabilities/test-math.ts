import { z } from "zod";
import { defineTool, type JsonValue, ToolFailure } from "@/agent-loop/tool";
import type { CapabilityDefinition } from "./capability-definition";

type Operation = (a: number, b: number) => number;

const mathTool = (name: string, description: string, operation: Operation) =>
  defineTool({
    name,
    description,
    input: z.object({ a: z.number().describe("The first number."), b: z.number().describe("The second number.") }),
    effect: "pure",
    run({ a, b }): JsonValue {
      const result = operation(a, b);
      if (!Number.isFinite(result)) throw new ToolFailure("The result is too large for a number. Use smaller numbers.");
      // Adding zero turns -0 into 0, which JSON cannot tell apart.
      return { result: result + 0, operation: name, a, b };
    },
  });

export const testMath: CapabilityDefinition = {
  id: "test_math",
  name: "Test Math",
  description: "Adds, subtracts, multiplies and divides. Made for trying out how an agent calls tools.",
  status: "available",
  icon: "calculator",
  category: "Testing",
  tools: [
    mathTool("add", "Add two numbers: a + b.", (a, b) => a + b),
    mathTool("subtract", "Subtract the second number from the first: a - b.", (a, b) => a - b),
    mathTool("multiply", "Multiply two numbers: a × b.", (a, b) => a * b),
    mathTool("divide", "Divide the first number by the second: a ÷ b. b must not be 0.", divide),
  ],
};

function divide(a: number, b: number): number {
  if (b === 0) throw new ToolFailure("Cannot divide by zero. Use a divisor b other than 0.");
  return a / b;
}
