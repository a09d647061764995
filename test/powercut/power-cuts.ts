import { Database as Sqlite } from "bun:sqlite";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { complaintsAboutDrained } from "../durability/database-complaints";
import { complaintsAbout } from "../durability/invariants";
import { builtInToolbox } from "../durability/message-plan";
import { createRandom, type Random } from "../durability/random";
import type { ServerProcess } from "../durability/server-process";
import { createTally, type Tally } from "../durability/tally";
import { toldAbout } from "../durability/told";
import { beUser, type Transcript, type World } from "../durability/user";
import { compileShim } from "../support/shim";
import { cutPower, type Loss } from "./cut-power";
import { createShimmedServer, undoLogPath } from "./shimmed-server";
import { readUndoLog } from "./undo-log";
import { complaintsAboutWhatIsLeft } from "./what-is-left";

export type PowerCutOptions = {
  cuts: number;
  seed: number;
  users?: number;
  /** The disk says that it has kept what it has not: the harness has to notice. */
  isBroken?: boolean;
  drainMs?: number;
  log?: (line: string) => void;
};

export type Report = { counts: Map<string, number>; tally: Tally; complaints: string[] };

type Site = { folder: string; server: ServerProcess; random: Random; transcript: Transcript; counts: Map<string, number> };

const LOSSES: readonly Loss[] = ["all", "last", "random", "random"];

/** Cuts the power again and again under load, and compares what clients were told with what the disk has kept. */
export async function runPowerCuts(options: PowerCutOptions): Promise<Report> {
  const { cuts, seed, users = 8, isBroken = false, drainMs = 30_000, log = () => {} } = options;
  const begun = Date.now();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "everruns-powercut-")));
  const random = createRandom(seed);
  const shim = compileShim(join(import.meta.dir, "unsynced.c"), folder);
  using server = createShimmedServer({ folder, shim, liesAboutFsync: isBroken });
  const closing = new AbortController();
  const overdue = new AbortController();
  const transcript: Transcript = { conversations: [], complaints: [], resent: 0 };
  const counts = new Map<string, number>();
  const complaints: string[] = [];
  const site: Site = { folder, server, random: random.fork(), transcript, counts };
  const world: World = {
    server,
    toolbox: builtInToolbox,
    transcript,
    onEvent: () => {},
    resumesFromTail: false,
    closing: closing.signal,
    overdue: overdue.signal,
  };

  try {
    for (let time = 1; time <= Math.ceil(cuts / 10); time++)
      complaints.push(...(await cutFirstStart(join(folder, `first-${time}`), { shim, isBroken, random: random.fork(), counts })));
    // The tables are there before the first cut: what it takes back is what clients were told.
    await server.start();
    complaints.push(...(await complaintsAboutStop(server)));
    const working = Array.from({ length: users }, (_, index) => beUser(`${seed}.${index}`, random.fork(), world));
    const worked = Promise.allSettled(working);
    for (let cut = 1; cut <= cuts && complaints.length === 0; cut++) {
      complaints.push(...(await liveUntilCut(site)).map((words) => `cut ${cut}: ${words}`));
      if (cut % 10 === 0) log(`${cut} cuts`);
    }
    // After a broken promise there is nothing left to drain: what clients wait for may be gone.
    const isDraining = complaints.length === 0;
    if (!isDraining) overdue.abort(new Error("a cut broke a promise"));
    if (isDraining) await server.start();
    closing.abort();
    const timer = setTimeout(() => overdue.abort(new Error("not drained in time")), drainMs);
    const results = isDraining ? await worked : [];
    clearTimeout(timer);

    const tally = createTally();
    if (isDraining) {
      for (const result of results) if (result.status === "rejected") complaints.push(`a user gave up: ${result.reason}`);
      for (const conversation of transcript.conversations) {
        const told = await toldAbout((await server.url()) + conversation.path);
        complaints.push(...complaintsAbout(conversation, told));
        tally.add(conversation, told);
      }
      complaints.push(...(await complaintsAboutEnd(site)));
    }
    complaints.push(...transcript.complaints);
    complaints.push(...server.deaths, ...server.errors().map((line) => `the server said: ${line.slice(0, 300)}`));
    count(counts, "seconds", Math.round((Date.now() - begun) / 1000));
    count(counts, "requests sent again", transcript.resent);
    return { counts, tally, complaints };
  } finally {
    overdue.abort(new Error("the run is over"));
    await server.kill();
    await Promise.all(transcript.conversations.flatMap(({ readers }) => readers.map((reader) => reader.stop())));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One life of the server: mostly killed under load, now and then in its start, or in or right after an orderly end. */
async function liveUntilCut({ folder, server, random, transcript, counts }: Site): Promise<string[]> {
  const { ready } = server.begin();
  const isCutInStart = random.chance(0.1);
  const started = ready.then(() => "", String);
  const failure = await (isCutInStart ? Promise.race([started, Bun.sleep(random.between(0, 400))]) : started);
  if (failure) return [`the server cannot start again: ${failure}`];
  if (!isCutInStart) await Bun.sleep(random.between(0, 500));
  if (random.chance(0.15)) await Promise.race([server.stop(), Bun.sleep(random.between(0, 200))]);
  await server.kill();

  const loss = random.pick(LOSSES);
  const damage = cut(folder, loss, random, counts);
  count(counts, isCutInStart ? "cuts in a start" : "cuts under load");
  const left = complaintsAboutWhatIsLeft(folder, transcript.conversations);
  return left.map((words) => `${words} (lost: ${loss}, ${damage} sectors)`);
}

function cut(folder: string, loss: Loss, random: Random, counts: Map<string, number>): number {
  const damage = cutPower(readUndoLog(undoLogPath(folder)), loss, random);
  rmSync(join(folder, "data/everruns.db-shm"), { force: true });
  count(counts, "cuts");
  count(counts, `cuts that may lose: ${loss}`);
  count(counts, "sectors put back", damage.sectors);
  count(counts, "writes under way at a cut", damage.writes);
  count(counts, "names put back", damage.names);
  if (damage.files.length > 0 || damage.names > 0) count(counts, "cuts that took something back");
  for (const file of damage.files) count(counts, `cuts that changed ${file.slice(file.lastIndexOf("/") + 1)}`);
  return damage.sectors;
}

type FirstStart = { shim: string; isBroken: boolean; random: Random; counts: Map<string, number> };

/** The first start makes the folder: cut short anywhere, it must leave one that the next start takes up. */
async function cutFirstStart(folder: string, { shim, isBroken, random, counts }: FirstStart): Promise<string[]> {
  mkdirSync(folder);
  using server = createShimmedServer({ folder, shim, liesAboutFsync: isBroken });
  const { ready } = server.begin();
  const afterMs = random.between(20, 500);
  await Promise.race([ready, Bun.sleep(afterMs)]);
  await server.kill();
  cut(folder, random.pick(LOSSES), random, counts);
  count(counts, "cuts in a first start");
  const words = await server.start().then(
    () => [],
    (error: Error) => [`a first start cut after ${afterMs} ms cannot be repeated: ${error.message}`],
  );
  await server.kill();
  return words;
}

async function complaintsAboutEnd({ folder, server }: Site): Promise<string[]> {
  const stopping = await complaintsAboutStop(server);
  using database = new Sqlite(join(folder, "data/everruns.db"), { readonly: true });
  return [...stopping, ...complaintsAboutDrained(database)];
}

async function complaintsAboutStop(server: ServerProcess): Promise<string[]> {
  const exitCode = await server.stop();
  return exitCode === 0 ? [] : [`the server ended with exit code ${exitCode} when it was asked to stop`];
}

const count = (counts: Map<string, number>, name: string, number = 1): void => void counts.set(name, (counts.get(name) ?? 0) + number);
