import { defineCommand } from "citty";
import { readConfig, SETTINGS } from "@/config";
import { harmless, printJson, printRows } from "./client/output";

const show = defineCommand({
  meta: { name: "show", description: "Print every setting of the server and where it comes from; secrets are not shown" },
  args: { json: { type: "boolean", description: "print JSON" } },
  run({ args }) {
    const settings = SETTINGS.map(({ variable, fallback, meaning }) => {
      const file = process.env[`${variable}_FILE`];
      const given = process.env[variable];
      const isSecret = meaning.includes("…_FILE");
      if (given !== undefined) return { variable, value: isSecret ? "[redacted]" : harmless(given), origin: "environment" };
      if (isSecret && file !== undefined) return { variable, value: "[redacted]", origin: "file" };
      return { variable, value: fallback === "" ? null : fallback, origin: "default" };
    });
    if (args.json) printJson(settings);
    else printRows(settings.map(({ variable, value, origin }) => [variable, value, origin]));
    // A setting that is wrong is said like the server would say it.
    readConfig({}, process.env);
  },
});

export const config = defineCommand({ meta: { name: "config", description: "The server's settings" }, subCommands: { show } });
