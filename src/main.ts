import { type CommandDef, defineCommand, runCommand } from "citty";
import { isDiskFull } from "@/database/disk-full";
import { StartRefused } from "@/platform/app-error";
import { VERSION } from "@/version";
import { checkUsage, helpOf, WrongUsage } from "./cli/usage";

/** Loaded only when asked for: the server's start does not pay for the others. */
const COMMANDS: Record<string, () => Promise<CommandDef>> = {
  serve: async () => (await import("./cli/serve")).serve as CommandDef,
  backup: async () => (await import("./cli/backup")).backup as CommandDef,
  restore: async () => (await import("./cli/restore")).restore as CommandDef,
  "export-openapi": async () => (await import("./cli/export-openapi")).exportOpenApi as CommandDef,
};

const main = defineCommand({
  meta: { name: "everruns", version: VERSION, description: "One executable that hosts AI agents on your own machine" },
  subCommands: COMMANDS,
});

/** Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 the data folder is in use, 78 the server cannot start as it is configured. */
async function runMain([first = "serve", ...rest]: string[]): Promise<void> {
  if (first === "--version" || first === "-v") return console.log(VERSION);
  if (first === "--help" || first === "-h" || first === "help") return show(await helpOf(main, undefined, false));

  // Without a command the flags are those of `serve`.
  const [name, args] = first.startsWith("-") ? ["serve", [first, ...rest]] : [first, rest];
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) throw new WrongUsage(`There is no command ${JSON.stringify(name)}. Commands: ${Object.keys(COMMANDS).join(", ")}`);
  const command = await load();
  if (args.includes("--help") || args.includes("-h")) return show(await helpOf(command, main, name === "serve"));
  checkUsage(command, args);
  await runCommand(command, { rawArgs: args });
}

const show = (text: string): void => void process.stdout.write(text);

function exit(code: number, message: string): never {
  process.stderr.write(`everruns: ${message}\n`);
  process.exit(code);
}

// Whatever is written is for this user alone.
process.umask(0o077);

try {
  await runMain(process.argv.slice(2));
} catch (error) {
  if (error instanceof StartRefused) exit(error.exitCode, error.message);
  if (isDiskFull(error)) exit(78, "The disk is full. Make room in the data folder's file system and start again; nothing is lost.");
  if (error instanceof WrongUsage) exit(2, `${error.message}. See everruns --help.`);
  throw error;
}
