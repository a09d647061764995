import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";

export type { Logger };

const REDACTED = ["*.api_key", "*.apiKey", "*.password", "*.authorization", "*.cookie", "req.headers.authorization", "req.headers.cookie"];

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/**
 * One JSON line per entry, or coloured text on a terminal; always to stderr, so that stdout stays for data.
 * Writes are synchronous: what was logged before a crash is there after it.
 */
export function createLogger({ level, pretty }: { level: LogLevel; pretty: boolean }): Logger {
  const options = {
    level,
    base: undefined,
    redact: { paths: REDACTED, censor: "[redacted]" },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  outliveFullDisk();
  if (!pretty) return pino(options, { write: (line: string) => void process.stderr.write(line) });
  const prettify = prettyFactory({ colorize: !process.env.NO_COLOR, translateTime: "SYS:HH:MM:ss", ignore: "pid,hostname,request_id" });
  return pino(options, { write: (line: string) => void process.stderr.write(prettify(JSON.parse(line)) ?? "") });
}

/** A line that the disk had no room for is lost; a server that ended over it would lose more. */
function outliveFullDisk(): void {
  if (process.stderr.listenerCount("error") === 0) process.stderr.on("error", () => {});
}
