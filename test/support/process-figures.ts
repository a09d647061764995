import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  if (process.platform === "linux") return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  return Number(Bun.spawnSync(["ps", "-o", "rss=", "-p", String(pid)]).stdout.toString()) * 1024;
}

export type OpenFiles = { files: number; sockets: number };

/** What a process holds open; null where the system does not say. */
export function openFiles(pid: number): OpenFiles | null {
  if (process.platform !== "linux") return null;
  const targets = readdirSync(`/proc/${pid}/fd`).map((number) => targetOf(`/proc/${pid}/fd/${number}`));
  return { files: targets.length, sockets: targets.filter((target) => target.startsWith("socket:")).length };
}

/**
 * Connections to a port of this machine that someone still holds at their end, kept alive for a next request: a server has to keep those.
 * Source: the kernel's proc_net_tcp documentation; the third column is the other side, the fourth the state, 01 for established.
 */
export function connectionsTo(port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return rows.filter(([, , other, state]) => other?.endsWith(wanted) && state === "01").length;
}

/** Empty for one that was closed since it was listed. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

/** The value below which the share `part` of the numbers lies; NaN of none. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);
