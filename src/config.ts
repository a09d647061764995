import { StartRefused } from "@/platform/app-error";
import type { LogLevel } from "@/platform/logger";
import { type AuthMode, type AuthSettings, readAuthMode, readAuthSettings } from "./config/auth-settings";
import { createRead, type Environment } from "./config/read-variable";

export type { AuthMode } from "./config/auth-settings";
export { SETTINGS } from "./config/settings";

export type Config = {
  host: string;
  port: number;
  dataDir: string;
  authMode: AuthMode;
  auth: AuthSettings;
  logLevel: LogLevel;
  allowInsecurePublic: boolean;
  /** The address under which people reach the server, besides the one it listens on. */
  baseUrl: string;
  openaiKey: string | undefined;
  anthropicKey: string | undefined;
  /** Hours between two scheduled backups; 0 makes none. */
  backupEveryHours: number;
  backupKeep: number;
  /** A file that names the MCP servers which run as programs on this machine. */
  mcpConfig: string | undefined;
  /** Days after which a session that nobody touched is removed, and an entry of the audit log; 0 keeps them for ever. */
  retainSessionsDays: number;
  retainAuditDays: number;
  /** The variables as they were given, with the secrets that are kept in files in their places. */
  env: Environment;
};

export type Flags = { host?: string | undefined; port?: string | undefined; dataDir?: string | undefined; logLevel?: string | undefined };

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Flags, then the environment, then the defaults. Throws `StartRefused` that names the setting and never its value. */
export function readConfig(flags: Flags, env: Environment): Config {
  const read = createRead(env);
  const logLevel = LOG_LEVELS.find((level) => level === read.text("LOG_LEVEL", flags.logLevel));
  if (!logLevel) throw new StartRefused(`LOG_LEVEL must be one of ${LOG_LEVELS.join(", ")}.`);
  const authMode = readAuthMode(read.text("AUTH_MODE"));
  const baseUrl = read.url("AUTH_BASE_URL", read.text("AUTH_BASE_URL"));

  const config: Config = {
    host: read.text("HOST", flags.host),
    port: read.whole("PORT", 0, 65535, flags.port),
    dataDir: read.text("DATA_DIR", flags.dataDir),
    authMode,
    auth: readAuthSettings(read, authMode, baseUrl),
    logLevel,
    allowInsecurePublic: read.flag("ALLOW_INSECURE_PUBLIC"),
    baseUrl,
    openaiKey: read.secret("DEFAULT_OPENAI_API_KEY"),
    anthropicKey: read.secret("DEFAULT_ANTHROPIC_API_KEY"),
    backupEveryHours: read.whole("BACKUP_EVERY_HOURS", 0, 8760),
    backupKeep: read.whole("BACKUP_KEEP", 1, 10_000),
    retainSessionsDays: read.whole("RETAIN_SESSIONS_DAYS", 0, 36_500),
    retainAuditDays: read.whole("RETAIN_AUDIT_DAYS", 0, 36_500),
    mcpConfig: read.given("MCP_CONFIG"),
    env: {
      ...env,
      SECRETS_ENCRYPTION_KEY: read.secret("SECRETS_ENCRYPTION_KEY"),
      SECRETS_ENCRYPTION_KEY_PREVIOUS: read.secret("SECRETS_ENCRYPTION_KEY_PREVIOUS"),
    },
  };
  refuseOpenDoor(config);
  return config;
}

/** Without accounts, whoever reaches the server owns it: so only this machine may reach it, unless someone says otherwise in so many words. */
function refuseOpenDoor({ authMode, host, allowInsecurePublic }: Config): void {
  if (authMode !== "none" || allowInsecurePublic || isLoopback(host)) return;
  throw new StartRefused(
    "HOST is an address that other machines reach, and AUTH_MODE=none has no accounts: anyone could use your agents and keys. Leave HOST at 127.0.0.1, or set ALLOW_INSECURE_PUBLIC=true if something else protects the server.",
  );
}

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
