const whole = new Intl.NumberFormat("en");

export const formatCount = (count: number): string => whole.format(count);

/** `649 ms`, `4.2 s`, `3 min 20 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** US dollars, with as many digits as a small sum needs. */
export function formatCost(usd: number): string {
  if (usd === 0) return "$0";
  if (usd < 0.0001) return "<$0.0001";
  return `$${usd < 1 ? usd.toFixed(4) : usd.toFixed(2)}`;
}

/** `128k`, `1.0M`. */
export function formatTokens(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  if (tokens < 1_000_000) return `${Math.round(tokens / 1000)}k`;
  return `${(tokens / 1_000_000).toFixed(tokens % 1_000_000 === 0 ? 0 : 1)}M`;
}

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** The time for today, else the day. */
export function formatWhen(timestamp: string): string {
  const date = new Date(timestamp);
  return date.toDateString() === new Date().toDateString() ? time.format(date) : day.format(date);
}

export const formatFull = (timestamp: string): string => full.format(new Date(timestamp));

const fullDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** The day with its year. */
export const formatDay = (timestamp: string): string => fullDay.format(new Date(timestamp));

/** `812 B`, `4.2 kB`, `10.5 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
