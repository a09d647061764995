/** The real server, with tools that take it down, leave a failure behind, and take their time: `CRASHES` counts the ends. */
import { appendFileSync } from "node:fs";
import { z } from "zod";
import { defineTool } from "@/agent-loop/tool";
import { builtInCapabilities, type CapabilityDefinition } from "@/capabilities/catalog";
import { readConfig } from "@/config";
import { createLogger } from "@/platform/logger";
import { surviveStrayFailures } from "@/platform/stray-failures";
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
      name: "litter",
      description: "Leaves a failure behind that nobody waits for, as a careless library would.",
      effect: "pure",
      input: z.object({}),
      run() {
        void Promise.reject(new Error("left behind"));
        return "done";
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

surviveStrayFailures(createLogger({ level: "error", pretty: false }));
const server = await startServer({ config: readConfig({}, process.env), capabilities: [...builtInCapabilities, poison] });
process.stdout.write(`Open ${server.url}/\n`);
