import { StartRefused } from "@/platform/app-error";
import type { LogLevel } from "@/platform/logger";

export type AuthMode = "none" | "admin" | "full";

export type Config = {
  host: string;
  port: number;
  dataDir: string;
  authMode: AuthMode;
  logLevel: LogLevel;
  allowInsecurePublic: boolean;
  /** Extra names under which the server may be addressed, besides the address it listens on. */
  baseUrl: string;
  openaiKey: string | undefined;
  anthropicKey: string | undefined;
  /** Hours between two scheduled backups; 0 makes none. */
  backupEveryHours: number;
  backupKeep: number;
  /** A file that names the MCP servers which run as programs on this machine. */
  mcpConfig: string | undefined;
  env: Record<string, string | undefined>;
};

export type Setting = { variable: string; fallback: string; meaning: string };

/** Every variable that `serve` reads, for its help. */
export const SETTINGS: readonly Setting[] = [
  { variable: "HOST", fallback: "127.0.0.1", meaning: "address to listen on" },
  { variable: "PORT", fallback: "9000", meaning: "port to listen on; 0 takes a free one" },
  { variable: "DATA_DIR", fallback: "./data", meaning: "folder of the database and the keys" },
  { variable: "LOG_LEVEL", fallback: "info", meaning: "trace, debug, info, warn, error, fatal or silent" },
  { variable: "AUTH_MODE", fallback: "none", meaning: "none: no accounts, this machine only" },
  { variable: "AUTH_BASE_URL", fallback: "http://localhost:9000", meaning: "address under which people reach the server" },
  { variable: "ALLOW_INSECURE_PUBLIC", fallback: "false", meaning: "true: mode none may listen beyond this machine" },
  {
    variable: "SECRETS_ENCRYPTION_KEY",
    fallback: "made and kept in the data folder",
    meaning: "<key_id>:<base64 of 32 bytes>, seals providers' keys",
  },
  { variable: "SECRETS_ENCRYPTION_KEY_PREVIOUS", fallback: "", meaning: "the key before, while secrets are being sealed anew" },
  { variable: "BACKUP_EVERY_HOURS", fallback: "0", meaning: "hours between two backups into the data folder; 0 makes none" },
  { variable: "BACKUP_KEEP", fallback: "7", meaning: "how many of those backups are kept" },
  { variable: "MCP_CONFIG", fallback: "", meaning: 'JSON file of MCP servers that run as programs here: {"mcpServers": {…}}' },
  { variable: "DEFAULT_OPENAI_API_KEY", fallback: "", meaning: "makes an OpenAI provider with its current models" },
  { variable: "DEFAULT_ANTHROPIC_API_KEY", fallback: "", meaning: "makes an Anthropic provider with its current models" },
];

export type Flags = { host?: string | undefined; port?: string | undefined; dataDir?: string | undefined; logLevel?: string | undefined };

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Flags, then the environment, then the defaults. Throws `StartRefused` that names the setting and never its value. */
export function readConfig(flags: Flags, env: Record<string, string | undefined>): Config {
  const value = (flag: string | undefined, variable: string): string => {
    const given = flag ?? env[variable];
    return given === undefined || given === "" ? SETTINGS.find((setting) => setting.variable === variable)!.fallback : given;
  };

  const whole = (variable: string, given: string, least: number, most: number): number => {
    const number = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
    if (!(number >= least && number <= most)) throw new StartRefused(`${variable} must be a whole number from ${least} to ${most}.`);
    return number;
  };

  const logLevel = LOG_LEVELS.find((level) => level === value(flags.logLevel, "LOG_LEVEL"));
  if (!logLevel) throw new StartRefused(`LOG_LEVEL must be one of ${LOG_LEVELS.join(", ")}.`);

  const config: Config = {
    host: value(flags.host, "HOST"),
    port: whole("PORT", value(flags.port, "PORT"), 0, 65535),
    dataDir: value(flags.dataDir, "DATA_DIR"),
    authMode: readAuthMode(value(undefined, "AUTH_MODE")),
    logLevel,
    allowInsecurePublic: value(undefined, "ALLOW_INSECURE_PUBLIC") === "true",
    baseUrl: value(undefined, "AUTH_BASE_URL"),
    openaiKey: env.DEFAULT_OPENAI_API_KEY || undefined,
    anthropicKey: env.DEFAULT_ANTHROPIC_API_KEY || undefined,
    backupEveryHours: whole("BACKUP_EVERY_HOURS", value(undefined, "BACKUP_EVERY_HOURS"), 0, 8760),
    backupKeep: whole("BACKUP_KEEP", value(undefined, "BACKUP_KEEP"), 1, 10_000),
    mcpConfig: env.MCP_CONFIG || undefined,
    env,
  };
  refuseOpenDoor(config);
  return config;
}

function readAuthMode(mode: string): AuthMode {
  if (mode === "none") return mode;
  if (mode === "admin" || mode === "full")
    throw new StartRefused(`AUTH_MODE=${mode} is not available in this version yet. Use AUTH_MODE=none, which serves this machine only.`);
  throw new StartRefused("AUTH_MODE must be none, admin or full.");
}

/** Without accounts, whoever reaches the server owns it: so only this machine may reach it, unless someone says otherwise in so many words. */
function refuseOpenDoor({ authMode, host, allowInsecurePublic }: Config): void {
  if (authMode !== "none" || allowInsecurePublic || isLoopback(host)) return;
  throw new StartRefused(
    "HOST is an address that other machines reach, and AUTH_MODE=none has no accounts: anyone could use your agents and keys. Leave HOST at 127.0.0.1, or set ALLOW_INSECURE_PUBLIC=true if something else protects the server.",
  );
}

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
