import { parseArgs } from "node:util";
import { type CommandDef, renderUsage } from "citty";
import { SETTINGS } from "@/config";

type Arguments = Record<string, { type?: string; required?: boolean; alias?: string }>;
type Options = Record<string, { type: "string" | "boolean"; short?: string }>;

/** The command line was wrong; `message` says how. */
export class WrongUsage extends Error {
  override readonly name = "WrongUsage";
}

/** Refuses flags and words that the command does not have: a flag with a slip in it must not start a server with other settings. */
export function checkUsage(command: CommandDef, args: string[]): void {
  const known = Object.entries((command.args ?? {}) as Arguments);
  const positionals = known.filter(([, { type }]) => type === "positional");
  const options = Object.fromEntries(
    known.flatMap(([name, { type, alias }]) =>
      type === "string" || type === "boolean" ? [[name, { type, ...(alias === undefined ? {} : { short: alias }) } as const]] : [],
    ),
  );
  const given = parse(args, options, positionals.length > 0);
  if (given.length > positionals.length) throw new WrongUsage(`There is one word too many: ${given.at(-1)}`);
  if (given.length < positionals.filter(([, { required }]) => required).length)
    throw new WrongUsage(`A word is missing: ${positionals.at(given.length)?.[0]}`);
}

function parse(args: string[], options: Options, allowPositionals: boolean): string[] {
  try {
    return parseArgs({ args, options, allowPositionals, strict: true }).positionals;
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message.split(". ")[0]! : "The flags can't be read");
  }
}

/** A whole number that a flag was given, or what counts without it. */
export function wholeOr<Without>(without: Without, text: string | undefined, flag: string): number | Without {
  if (text === undefined) return without;
  if (!/^\d{1,15}$/.test(text)) throw new WrongUsage(`${flag} must be a whole number`);
  return Number(text);
}

const VARIABLES = SETTINGS.map(
  ({ variable, fallback, meaning, isSecret }) =>
    `  ${variable.padEnd(33)}${meaning}${isSecret ? "; or …_FILE" : ""}${fallback === "" ? "" : ` (${fallback})`}`,
).join("\n");

/** Help for a person at a terminal; without colours into a pipe. */
export async function helpOf(command: CommandDef, parent: CommandDef | undefined, isServe: boolean): Promise<string> {
  const usage = await renderUsage(command, parent);
  const help = isServe
    ? `${usage}\nVARIABLES (a flag wins over its variable, and that over everruns.toml, or the file that EVERRUNS_CONFIG names: port = 9000)\n\n${VARIABLES}\n`
    : `${usage}\n`;
  return process.stdout.isTTY && !process.env.NO_COLOR ? help : Bun.stripANSI(help);
}
