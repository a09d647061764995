import { defineCommand } from "citty";
import { readConfig, SETTINGS } from "@/config";
import { readConfigFile } from "@/config/config-file";
import { harmless, printJson, printRows } from "./client/output";
import { environment } from "./environment";

const show = defineCommand({
  meta: { name: "show", description: "Print every setting of the server and where it comes from; secrets are not shown" },
  args: { json: { type: "boolean", description: "print JSON" } },
  run({ args }) {
    const env = environment();
    const file = readConfigFile(process.env);
    const settings = SETTINGS.map(({ variable, fallback, isSecret }) => {
      const [source] = [variable, `${variable}_FILE`].filter((name) => env[name]);
      if (source === undefined) return { variable, value: fallback === "" ? null : fallback, origin: "default" };
      const origin = process.env[source] ? "environment" : file!.path;
      return { variable, value: isSecret ? "[redacted]" : harmless(env[source]!), origin };
    });
    if (args.json) printJson(settings);
    else printRows(settings.map(({ variable, value, origin }) => [variable, value, origin]));
    // A setting that is wrong is said as the server would say it.
    readConfig({}, env);
  },
});

export const config = defineCommand({ meta: { name: "config", description: "The server's settings" }, subCommands: { show } });
