import type { Told } from "./invariants";
import type { Life } from "./server-process";
import type { Conversation } from "./user";

export type Tally = ReturnType<typeof createTally>;

type Closing = { kills: number; lives: readonly Life[]; resent: number; effects: ReadonlyMap<string, number>; seconds: number };

/** Counts what happened in a run, and how long the server took to come back. */
export function createTally() {
  const counts = new Map<string, number>();
  const resumed: number[] = [];
  const count = (name: string, number = 1): void => void counts.set(name, (counts.get(name) ?? 0) + number);

  return {
    add({ acknowledged, readers }: Conversation, { log, turns }: Told): void {
      count("sessions");
      count("messages acknowledged", acknowledged.size);
      count("events", log.length);
      for (const { seen, connections } of readers) {
        count("events read", seen.length);
        count("reconnects of readers", Math.max(0, connections - 1));
      }
      for (const { status, error } of turns) count(`turns ${status}${error ? `: ${error.code}` : ""}`);
      for (const { event_type, data } of log) {
        if (event_type === "tool.completed") count(`calls of ${data.name} ${data.status}`);
        if (event_type === "tool.started" && data.name === "charge") count("unsafe calls started");
        if (event_type === "turn.resumed") count(`turns resumed after ${data.after}`);
      }
      for (const { event_type, created_at } of log) if (event_type === "turn.resumed") resumed.push(Date.parse(created_at));
    },

    close({ kills, lives, resent, effects, seconds }: Closing): void {
      count("kills", kills);
      count("kills before it was ready", lives.filter(({ readyAt }) => readyAt === null).length);
      count("requests sent again", resent);
      const charges = [...effects].filter(([line]) => line.startsWith("charge "));
      count("unsafe calls that took effect", charges.length);
      count("unsafe calls that took effect twice", charges.filter(([, times]) => times > 1).length);
      count("seconds", Math.round(seconds));
      addTimes(
        "start to ready",
        lives.flatMap(({ spawnedAt, readyAt }) => (readyAt === null ? [] : [readyAt - spawnedAt])),
      );
      addTimes(
        "asked to stop to gone",
        lives.flatMap(({ stoppedInMs }) => stoppedInMs ?? []),
      );
      const resuming = lives.flatMap(({ spawnedAt }, index) => {
        const nextAt = lives[index + 1]?.spawnedAt ?? Number.POSITIVE_INFINITY;
        const times = resumed.filter((time) => time >= spawnedAt && time < nextAt);
        return times.length > 0 ? [Math.max(...times) - spawnedAt] : [];
      });
      addTimes("start to all turns resumed", resuming);
    },

    get: (name: string): number => counts.get(name) ?? 0,
    lines: (): string[] => [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([name, number]) => `${name.padEnd(44)}${number}`),
  };

  function addTimes(name: string, times: number[]): void {
    const sorted = times.sort((a, b) => a - b);
    const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    count(`${name}, p50 ms`, quantile(0.5));
    count(`${name}, p99 ms`, quantile(0.99));
    count(`${name}, max ms`, sorted.at(-1) ?? 0);
  }
}
