import { defineCommand, runCommand, showUsage } from "citty";
import { StartRefused } from "@/platform/app-error";
import { VERSION } from "@/version";

/** Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 the data folder is in use, 78 the server cannot start as it is configured. */
const main = defineCommand({
  meta: { name: "everruns", version: VERSION, description: "One executable that hosts AI agents on your own machine" },
  subCommands: {
    serve: () => import("./cli/serve").then(({ serve }) => serve),
    "export-openapi": () => import("./cli/export-openapi").then(({ exportOpenApi }) => exportOpenApi),
  },
});

const COMMANDS = ["serve", "export-openapi"];
const [first = "serve", ...rest] = process.argv.slice(2);

try {
  if (first === "--version" || first === "-v") console.log(VERSION);
  else if (first === "--help" || first === "-h" || rest.includes("--help") || rest.includes("-h")) await help(first);
  else if (first.startsWith("-")) await runCommand(main, { rawArgs: ["serve", first, ...rest] });
  else if (COMMANDS.includes(first)) await runCommand(main, { rawArgs: [first, ...rest] });
  else exit(2, `Unknown command ${JSON.stringify(first)}. Commands: ${COMMANDS.join(", ")}. See everruns --help.`);
} catch (error) {
  if (error instanceof StartRefused) exit(error.exitCode, error.message);
  if (error instanceof Error && error.name === "CLIError") exit(2, error.message);
  throw error;
}

async function help(command: string): Promise<void> {
  const load =
    command === "serve"
      ? (await import("./cli/serve")).serve
      : command === "export-openapi"
        ? (await import("./cli/export-openapi")).exportOpenApi
        : main;
  await showUsage(load as typeof main, load === main ? undefined : main);
}

function exit(code: number, message: string): never {
  process.stderr.write(`everruns: ${message}\n`);
  process.exit(code);
}
