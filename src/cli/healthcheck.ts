import { defineCommand } from "citty";
import { CONNECTION, connect } from "./client/connection";
import { print, printJson } from "./client/output";

export const healthcheck = defineCommand({
  meta: { name: "healthcheck", description: "Ask the server how it is; exit code 0 only when it is well" },
  args: CONNECTION,
  async run({ args }) {
    const health = await connect(args).get<{ status: string; version: string }>("/health");
    if (args.json) return printJson(health);
    print(`${health.status} ${health.version}`);
  },
});
