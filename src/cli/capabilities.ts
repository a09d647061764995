import { defineCommand } from "citty";
import type { Capability } from "@/domain/capability";
import { CONNECTION, connect } from "./client/connection";
import { printJson, printRows } from "./client/output";
import { listAll } from "./client/places";

export const capabilities = defineCommand({
  meta: { name: "capabilities", description: "List what can be switched on for an agent" },
  args: CONNECTION,
  async run({ args }) {
    const all = await listAll<Capability>(connect(args), "/v1/capabilities");
    if (args.json) return printJson(all);
    printRows(all.map(({ id, status, description }) => [id, status, description]));
  },
});
