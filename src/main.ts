import { type CommandDef, defineCommand, runCommand } from "citty";
import { isDiskFull } from "@/database/disk-full";
import { AppError, type ErrorKind, StartRefused } from "@/platform/app-error";
import { VERSION } from "@/version";
import { checkUsage, helpOf, WrongUsage } from "./cli/usage";

/** Loaded only when asked for: the server's start does not pay for the others. */
const COMMANDS: Record<string, () => Promise<CommandDef>> = {
  serve: async () => (await import("./cli/serve")).serve as CommandDef,
  run: async () => (await import("./cli/run")).run as CommandDef,
  chat: async () => (await import("./cli/chat")).chat as CommandDef,
  agents: async () => (await import("./cli/agents")).agents as CommandDef,
  sessions: async () => (await import("./cli/sessions")).sessions as CommandDef,
  providers: async () => (await import("./cli/providers")).providers as CommandDef,
  models: async () => (await import("./cli/models")).models as CommandDef,
  capabilities: async () => (await import("./cli/capabilities")).capabilities as CommandDef,
  users: async () => (await import("./cli/users")).users as CommandDef,
  keys: async () => (await import("./cli/keys")).keys as CommandDef,
  backup: async () => (await import("./cli/backup")).backup as CommandDef,
  restore: async () => (await import("./cli/restore")).restore as CommandDef,
  secrets: async () => (await import("./cli/secrets")).secrets as CommandDef,
  doctor: async () => (await import("./cli/doctor")).doctor as CommandDef,
  healthcheck: async () => (await import("./cli/healthcheck")).healthcheck as CommandDef,
  config: async () => (await import("./cli/config")).config as CommandDef,
  version: async () => (await import("./cli/version")).version as CommandDef,
  "export-openapi": async () => (await import("./cli/export-openapi")).exportOpenApi as CommandDef,
};

const main = defineCommand({
  meta: { name: "everruns", version: VERSION, description: "One executable that hosts AI agents on your own machine" },
  subCommands: COMMANDS,
});

/**
 * Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 no access (no or a bad key, or the data folder is in use), 4 not found, 5 the turn failed,
 * 78 the server cannot start as it is configured, 130 interrupted.
 */
async function runMain([first = "serve", ...rest]: string[]): Promise<void> {
  if (first === "--version" || first === "-v") return console.log(VERSION);
  if (first === "--help" || first === "-h" || first === "help") return show(await helpOf(main, undefined, false));

  // Not for people: this executable runs untrusted work in a process of its own, which is itself again.
  if (first === "child") (await import("@/platform/own-process")).endIfOrphaned(rest[1]);
  if (first === "child" && rest[0] === "sandbox") return (await import("./sandbox/child")).runSandboxChild();
  if (first === "child" && rest[0] === "page") return (await import("./web/child")).runPageChild();

  // Without a command the flags are those of `serve`.
  const [name, args] = first.startsWith("-") ? ["serve", [first, ...rest]] : [first, rest];
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) throw new WrongUsage(`There is no command ${JSON.stringify(name)}. Commands: ${Object.keys(COMMANDS).join(", ")}`);
  const command = await load();
  const { chosen, parent, words } = chooseWithin(command, name, args);
  if (words.includes("--help") || words.includes("-h")) return show(await helpOf(chosen, parent, name === "serve"));
  checkUsage(chosen, words);
  await runCommand(chosen, { rawArgs: words });
}

/** `users list` names a command within a command. */
function chooseWithin(command: CommandDef, name: string, args: string[]): { chosen: CommandDef; parent: CommandDef; words: string[] } {
  const within = command.subCommands as Record<string, CommandDef> | undefined;
  const [first, ...words] = args;
  if (!within || first === "--help" || first === "-h") return { chosen: command, parent: main, words: args };
  const chosen = first !== undefined && Object.hasOwn(within, first) ? within[first] : undefined;
  if (!chosen) throw new WrongUsage(`Say what to do: ${name} ${Object.keys(within).join(` | ${name} `)}`);
  return { chosen, parent: command, words };
}

const EXIT_CODES: Partial<Record<ErrorKind, number>> = { not_found: 4, unauthorized: 3, forbidden: 3 };

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
  if (error instanceof AppError) exit(EXIT_CODES[error.kind] ?? 1, error.message);
  throw error;
}
