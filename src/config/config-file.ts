import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { StartRefused } from "@/platform/app-error";
import type { Environment } from "./read-variable";
import { SETTINGS } from "./settings";

/** Read where no variable names another: in the folder in which the server is started, beside its data. */
const USUAL_FILE = "everruns.toml";

export type ConfigFile = { path: string; settings: Environment };

/**
 * Settings in TOML, under the names of their variables in any case: `port = 9000`. A list may be an array. Null where there is no file.
 * Throws `StartRefused` that names the setting and never its value.
 */
export function readConfigFile(env: Environment): ConfigFile | null {
  const named = env.EVERRUNS_CONFIG;
  const path = resolve(named ?? USUAL_FILE);
  if (!existsSync(path)) {
    if (named === undefined) return null;
    throw new StartRefused("EVERRUNS_CONFIG names a file that is not there.");
  }
  const settings = Object.fromEntries(Object.entries(parse(path)).map(([key, value]) => [variableOf(path, key), textOf(path, key, value)]));
  refuseOpenSecrets(path, settings);
  return { path, settings };
}

/** A variable wins over the file, also where one of the two names a file with a secret. */
export function withConfigFile(env: Environment): Environment {
  const { settings = {} } = readConfigFile(env) ?? {};
  const isGiven = (variable: string): boolean => env[variable] !== undefined && env[variable] !== "";
  const twinOf = (variable: string): string => (variable.endsWith("_FILE") ? variable.slice(0, -"_FILE".length) : `${variable}_FILE`);
  const left = Object.entries(settings).filter(([variable]) => !isGiven(variable) && !isGiven(twinOf(variable)));
  return { ...env, ...Object.fromEntries(left) };
}

function parse(path: string): Record<string, unknown> {
  try {
    return Bun.TOML.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  } catch {
    throw new StartRefused(`${path} can't be read as TOML.`);
  }
}

function variableOf(path: string, key: string): string {
  const variable = key.toUpperCase();
  const known = SETTINGS.some((setting) => setting.variable === variable || (setting.isSecret && `${setting.variable}_FILE` === variable));
  if (known) return variable;
  throw new StartRefused(`${path} has ${JSON.stringify(key)}, which is no setting: everruns serve --help lists them.`);
}

function textOf(path: string, key: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(",");
  throw new StartRefused(`${path}: ${key} must be a text, a number, true, false or a list of texts.`);
}

function refuseOpenSecrets(path: string, settings: Environment): void {
  if (process.platform === "win32" || (statSync(path).mode & 0o077) === 0) return;
  const secret = SETTINGS.find(({ variable, isSecret }) => isSecret && settings[variable] !== undefined);
  if (secret) throw new StartRefused(`Others may read ${path}, which holds ${secret.variable}. Run: chmod 600 ${path}`);
}
