/** The real server, with a tool that takes it down and one that takes its time: `CRASHES` counts the ends. */
import { appendFileSync } from "node:fs";
import { z } from "zod";
import { defineTool } from "@/agent-loop/tool";
import { builtInCapabilities, type CapabilityDefinition } from "@/capabilities/catalog";
import { readConfig } from "@/config";
import { startServer } from "@/start";

const { CRASHES = "", WAIT_MS = "0" } = process.env;

const poison: CapabilityDefinition = {
  id: "poison",
  name: "Poison",
  description: "",
  status: "available",
  icon: "skull",
  category: "Testing",
  tools: [
    defineTool({
      name: "die",
      description: "Takes the server down, as a bug in native code would.",
      effect: "pure",
      input: z.object({}),
      async run() {
        await Bun.sleep(Number(WAIT_MS));
        appendFileSync(CRASHES, "died\n");
        process.kill(process.pid, "SIGKILL");
        return new Promise<never>(() => {});
      },
    }),
    defineTool({
      name: "ponder",
      description: "Takes its time.",
      effect: "pure",
      input: z.object({ ms: z.int() }),
      async run({ ms }) {
        await Bun.sleep(ms);
        return "done";
      },
    }),
  ],
};

const server = await startServer({ config: readConfig({}, process.env), capabilities: [...builtInCapabilities, poison] });
process.stdout.write(`Open ${server.url}/\n`);
