import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServerProcess } from "../durability/server-process";
import { createClient } from "../support/client";
import { probeLag } from "../support/lag-probe";
import { connectionsTo, median, openFiles, quantile, residentBytes } from "../support/process-figures";
import { gatherCrowd } from "./crowd";

export type SoakOptions = {
  minutes: number;
  sessions?: number;
  watchers?: number;
  running?: number;
  seed?: number;
  /** A server that keeps what it should let go: the harness has to notice. */
  isBroken?: boolean;
  /** So long the server may take to let go of everything once all have left. */
  quietMs?: number;
  log?: (line: string) => void;
};

export type SoakReport = { counts: [name: string, figure: number | string][]; complaints: string[] };

/** `files` are those that the server holds for itself: no connection that a client still has. */
type Sample = { residentMb: number; files: number; sockets: number; logMb: number; databaseMb: number };

type Site = { pid: number; url: string; folder: string };

const MB = 1e6;
const SAMPLES = 180;
const MOST_RESIDENT_MB = 300;
/** Collections come when they come: so much more in the last third than in the middle one is no growth yet. */
const FLAT_SHARE = 1.1;
const MOST_LOG_MB = 64;
const LONGEST_QUIET_MS = 20_000;

/** Loads the executable for so long as people would on a busy day, and sees whether it keeps what it should let go. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const {
    minutes,
    sessions = 1000,
    watchers = 200,
    running = 50,
    seed = 1,
    isBroken = false,
    quietMs = LONGEST_QUIET_MS,
    log = () => {},
  } = options;
  const folder = mkdtempSync(join(tmpdir(), "everruns-soak-"));
  const command = [process.execPath, "run", join(import.meta.dir, "soak-server.ts")];
  using server = createServerProcess({ folder, ...(isBroken ? { command, env: { BROKEN: "hoard" } } : {}) });
  try {
    await server.start();
    const url = await server.url();
    const pid = server.pid();
    const site: Site = { pid, url, folder };
    await settle(url);
    const before = sampleOf(site);
    const crowd = await gatherCrowd({ url, sessions, watchers, running, seed });
    await using probe = probeLag(url);
    const lags: number[] = [];
    let unanswered = 0;
    const samples: Sample[] = [];
    const begun = performance.now();
    const everyMs = Math.max(500, (minutes * 60_000) / SAMPLES);
    for (let minute = 0; performance.now() - begun < minutes * 60_000; ) {
      await Bun.sleep(everyMs);
      samples.push(sampleOf(site));
      const elapsed = Math.floor((performance.now() - begun) / 60_000);
      if (elapsed === minute) continue;
      minute = elapsed;
      const { ms, failures } = probe.take();
      lags.push(...ms);
      unanswered += failures;
      log(lineOf(minute, samples.at(-1)!, ms, crowd.counts));
    }
    const last = probe.take();
    lags.push(...last.ms);
    unanswered += last.failures;
    await crowd.stop();
    const after = await untilQuiet(() => sampleOf(site), before.files, quietMs);
    const turns = [...crowd.counts].filter(([name]) => name.startsWith("turns ")).reduce((sum, [, number]) => sum + number, 0);
    const { complaints: memory, middle, end } = aboutMemory(samples);
    const exitCode = await server.stop();
    const logMb = Math.max(...samples.map((sample) => sample.logMb));
    return {
      counts: [
        ...[...crowd.counts].sort(([a], [b]) => a.localeCompare(b)),
        ["resident, middle third MB", middle],
        ["resident, last third MB", end],
        ["resident, most MB", Math.max(...samples.map(({ residentMb }) => residentMb))],
        ["open files, before and after", `${before.files} ${after.files}`],
        ["open sockets, most", Math.max(...samples.map(({ sockets }) => sockets))],
        ["write-ahead log, most MB", logMb],
        ["database at the end, MB", after.databaseMb],
        ["database, bytes a turn", Math.round((after.databaseMb * MB) / Math.max(1, turns))],
        ["a small request, p50 ms", round(median(lags))],
        ["a small request, p99 ms", round(quantile(lags, 0.99))],
        ["a small request, most ms", round(Math.max(...lags))],
      ],
      complaints: [
        ...memory,
        ...(after.files > before.files ? [`${after.files} files are open after all have left, ${before.files} before they came`] : []),
        ...(logMb > MOST_LOG_MB ? [`the write-ahead log grew to ${logMb} MB`] : []),
        ...(unanswered > 0 ? [`${unanswered} small requests were not answered`] : []),
        ...((crowd.counts.get("turns failed") ?? 0) > 0 ? [`${crowd.counts.get("turns failed")} turns failed`] : []),
        ...(exitCode === 0 ? [] : [`the server ended with exit code ${exitCode} when it was asked to stop`]),
        ...crowd.complaints,
        ...server.deaths,
        ...server.errors().map((line) => `the server said: ${line.slice(0, 300)}`),
      ],
    };
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is loaded with the first turn and the first stream is part of the baseline. */
async function settle(url: string): Promise<void> {
  const client = createClient(url);
  const session = await client.createSession((await client.createAgent()).id);
  await client.ask(session, "hello");
  await client.call("DELETE", session.path);
  await Bun.sleep(500);
}

function sampleOf({ pid, url, folder }: Site): Sample {
  const { files, sockets } = openFiles(pid) ?? { files: 0, sockets: 0 };
  const held = files > 0 ? connectionsTo(Number(new URL(url).port)) : 0;
  const sizeMb = (name: string) => round((statSync(join(folder, "data", name), { throwIfNoEntry: false })?.size ?? 0) / MB);
  const [databaseMb, logMb] = [sizeMb("everruns.db"), sizeMb("everruns.db-wal")];
  return { residentMb: Math.round(residentBytes(pid) / MB), files: files - held, sockets, logMb, databaseMb };
}

async function untilQuiet(take: () => Sample, files: number, quietMs: number): Promise<Sample> {
  const until = Date.now() + quietMs;
  let sample = take();
  while (sample.files > files && Date.now() < until) {
    await Bun.sleep(200);
    sample = take();
  }
  return sample;
}

/** Flat: the last third takes no more than the middle one. */
function aboutMemory(samples: readonly Sample[]) {
  const third = Math.floor(samples.length / 3);
  const resident = samples.map(({ residentMb }) => residentMb);
  const middle = median(resident.slice(third, 2 * third));
  const end = median(resident.slice(2 * third));
  const most = Math.max(...resident.slice(third));
  const complaints = [
    ...(end > middle * FLAT_SHARE ? [`memory grows: ${middle} MB in the middle third, ${end} MB in the last`] : []),
    ...(most >= MOST_RESIDENT_MB ? [`memory reached ${most} MB`] : []),
  ];
  return { complaints, middle, end };
}

function lineOf(
  minute: number,
  { residentMb, files, sockets, logMb, databaseMb }: Sample,
  lags: number[],
  counts: Map<string, number>,
): string {
  const completed = counts.get("turns completed") ?? 0;
  const [p50, p99] = [median(lags), quantile(lags, 0.99)].map(round);
  return `minute ${minute}: ${residentMb} MB resident, ${sockets} sockets and ${files} files of its own open, log ${logMb} MB, database ${databaseMb} MB, ${completed} turns, small request p50 ${p50} p99 ${p99} ms`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
