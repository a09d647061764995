/** The real server with a tool that, when `BROKEN` is set, keeps what it should let go: the harness has to notice. */
import { openSync } from "node:fs";
import { z } from "zod";
import { defineTool } from "@/agent-loop/tool";
import { builtInCapabilities, type CapabilityDefinition } from "@/capabilities/catalog";
import { readConfig } from "@/config";
import { startServer } from "@/start";

const LEAK_BYTES = 512 * 1024;
const hoarded: unknown[] = [];
const isBroken = process.env.BROKEN === "hoard";

const hoard: CapabilityDefinition = {
  id: "test_math",
  name: "Test Math",
  description: "Adds, and may keep what it should let go.",
  status: "available",
  icon: "calculator",
  category: "Testing",
  tools: [
    defineTool({
      name: "add",
      description: "Add two numbers.",
      input: z.object({ a: z.number(), b: z.number() }),
      effect: "pure",
      run({ a, b }) {
        if (isBroken) hoarded.push(Buffer.alloc(LEAK_BYTES, hoarded.length), openSync("/dev/null", "r"));
        return a + b;
      },
    }),
  ],
};
const capabilities = builtInCapabilities.map((capability) => (capability.id === hoard.id ? hoard : capability));
const server = await startServer({ config: readConfig({}, process.env), capabilities });
process.on("SIGTERM", () => void server.stop().then(() => process.exit(0)));
process.stdout.write(`Open ${server.url}/\n`);
