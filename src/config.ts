import { StartRefused } from "@/platform/app-error";
import type { LogLevel } from "@/platform/logger";
import { type AuthMode, type AuthSettings, readAuthMode, readAuthSettings } from "./config/auth-settings";
import { isLoopback } from "./config/loopback";
import { createRead, type Environment } from "./config/read-variable";
import { readSecuritySettings, type SecuritySettings } from "./config/security-settings";

export type { AuthMode } from "./config/auth-settings";
export { isLoopback } from "./config/loopback";
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
  /** Where Ollama listens, in its own words; undefined for its usual address. */
  ollamaHost: string | undefined;
  /** Hours between two scheduled backups; 0 makes none. */
  backupEveryHours: number;
  backupKeep: number;
  /** A file that names the MCP servers which run as programs on this machine. */
  mcpConfig: string | undefined;
  /** Programs of this machine that agents may run inside bubblewrap. */
  sandboxPrograms: ("python" | "node")[];
  /** Days after which a session that nobody touched is removed, and an entry of the audit log; 0 keeps them for ever. */
  retainSessionsDays: number;
  retainAuditDays: number;
  /** What one session's files may take up: MiB of what is there, how many, and MiB of earlier versions. */
  files: { maxMib: number; maxEntries: number; pastMib: number };
  /** What one turn may use. */
  turn: { maxModelCalls: number; maxMinutes: number; maxCallsPerStep: number; maxOutputBytes: number };
  /** What a model is shown of a conversation: tokens of a window that is unknown, how full it may be, characters of one tool's result. */
  context: { defaultContextWindow: number; compactAtPercent: number; maxResultCharacters: number };
  security: SecuritySettings;
  /** Hours in which a person or a client must answer a tool call. */
  answerWithinHours: number;
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
  const host = read.text("HOST", flags.host);

  const config: Config = {
    host,
    port: read.whole("PORT", 0, 65535, flags.port),
    dataDir: read.text("DATA_DIR", flags.dataDir),
    authMode,
    auth: readAuthSettings(read, authMode, baseUrl),
    logLevel,
    allowInsecurePublic: read.flag("ALLOW_INSECURE_PUBLIC"),
    baseUrl,
    openaiKey: read.secret("DEFAULT_OPENAI_API_KEY"),
    anthropicKey: read.secret("DEFAULT_ANTHROPIC_API_KEY"),
    ollamaHost: read.given("OLLAMA_HOST"),
    backupEveryHours: read.whole("BACKUP_EVERY_HOURS", 0, 8760),
    backupKeep: read.whole("BACKUP_KEEP", 1, 10_000),
    retainSessionsDays: read.whole("RETAIN_SESSIONS_DAYS", 0, 36_500),
    retainAuditDays: read.whole("RETAIN_AUDIT_DAYS", 0, 36_500),
    mcpConfig: read.given("MCP_CONFIG"),
    sandboxPrograms: read.list("SANDBOX_PROGRAMS").map(readProgram),
    files: {
      maxMib: read.whole("SESSION_FILES_MAX_MIB", 1, 1_000_000),
      maxEntries: read.whole("SESSION_FILES_MAX_COUNT", 1, 1_000_000),
      pastMib: read.whole("SESSION_FILES_PAST_MIB", 0, 1_000_000),
    },
    turn: {
      maxModelCalls: read.whole("TURN_MAX_MODEL_CALLS", 1, 1000),
      maxMinutes: read.whole("TURN_MAX_MINUTES", 1, 1440),
      maxCallsPerStep: read.whole("TURN_MAX_CALLS_PER_STEP", 1, 1000),
      maxOutputBytes: read.whole("TURN_MAX_OUTPUT_BYTES", 1024, 268_435_456),
    },
    context: {
      defaultContextWindow: read.whole("CONTEXT_WINDOW_DEFAULT", 1000, 100_000_000),
      compactAtPercent: read.whole("CONTEXT_COMPACT_PERCENT", 10, 100),
      maxResultCharacters: read.whole("TOOL_RESULT_MAX_CHARACTERS", 1000, 10_000_000),
    },
    security: readSecuritySettings(env, { isLocalOnly: authMode === "none" && isLoopback(host) }),
    answerWithinHours: read.whole("APPROVAL_EXPIRES_HOURS", 1, 87_600),
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

function readProgram(name: string): "python" | "node" {
  if (name === "python" || name === "node") return name;
  throw new StartRefused("SANDBOX_PROGRAMS must be python, node, or both with a comma between them.");
}
