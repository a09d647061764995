import { Database as Sqlite } from "bun:sqlite";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { complaintsAboutDrained } from "./database-complaints";
import { complaintsAbout } from "./invariants";
import { createLateServer } from "./ledger-server";
import { createLedgerToolbox } from "./message-plan";
import { startOutsideLedger } from "./outside-ledger";
import { createRandom, type Random } from "./random";
import { createServerProcess, type ServerProcess } from "./server-process";
import { createTally, type Tally } from "./tally";
import { toldAbout } from "./told";
import { beUser, type Transcript, type World } from "./user";

/** A promise that is broken on purpose, so that the harness can show that it notices. */
export type Broken = "retried-unsafe" | "early-201" | "tail-reader";

export type ChaosOptions = {
  kills: number;
  seed: number;
  broken?: Broken | null;
  /** Whether it is killed, mostly, or always asked to stop. */
  ends?: "killed" | "stopped";
  users?: number;
  /** It is killed on until so many unsafe calls have taken effect. */
  charges?: number;
  /** Bounds the wait for everything that is open once the killing is over. */
  drainMs?: number;
  log?: (line: string) => void;
};

export type Report = { counts: Tally; complaints: string[] };

/** Kills the executable again and again under load, lets it drain, and compares what clients were told with what it has kept. */
export async function runChaos({
  kills,
  seed,
  broken = null,
  ends = "killed",
  users = 10,
  charges = 0,
  drainMs = 30_000,
  log = () => {},
}: ChaosOptions): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "everruns-chaos-"));
  const random = createRandom(seed);
  const begun = Date.now();
  const create = (home: string) => (broken === "early-201" ? createLateServer(home) : createServerProcess({ folder: home }));
  using ledger = startOutsideLedger(broken === "retried-unsafe" ? "idempotent" : "unsafe");
  using server = create(folder);
  const closing = new AbortController();
  const overdue = new AbortController();
  const sightings = createSightings();
  const transcript: Transcript = { conversations: [], complaints: [], resent: 0 };
  const world: World = {
    server,
    toolbox: createLedgerToolbox(ledger.tools, charges > 0 ? 8 : 3),
    transcript,
    onEvent: sightings.tell,
    resumesFromTail: broken === "tail-reader",
    closing: closing.signal,
    overdue: overdue.signal,
  };

  try {
    const firstStarts = ends === "stopped" ? [] : await killFirstStarts(Math.ceil(kills / 10), folder, random.fork(), create);
    transcript.complaints.push(...firstStarts);
    const working = Array.from({ length: users }, (_, index) => beUser(`${seed}.${index}`, random.fork(), world));
    const worked = Promise.allSettled(working);
    const isEnough = (times: number) => times >= kills && (ledger.charges() >= charges || times >= kills * MOST_MORE);
    const endOften = ends === "stopped" ? stopOften : killOften;
    const longestLifeMs = charges > 0 ? LONGEST_BUSY_LIFE_MS : LONGEST_LIFE_MS;
    const { times, complaints: wrongs } = await endOften({ server, isEnough, random: random.fork(), sightings, longestLifeMs, log });
    transcript.complaints.push(...wrongs);
    if (ledger.charges() < charges) transcript.complaints.push(`only ${ledger.charges()} unsafe calls took effect`);

    await server.start();
    closing.abort();
    const timer = setTimeout(() => overdue.abort(new Error("not drained in time")), drainMs);
    const results = await worked;
    clearTimeout(timer);
    for (const result of results) if (result.status === "rejected") transcript.complaints.push(`a user gave up: ${result.reason}`);

    const counts = createTally();
    const complaints = [...transcript.complaints, ...ledger.complaints];
    for (const conversation of transcript.conversations) {
      const told = await toldAbout((await server.url()) + conversation.path, ledger.effects).catch(
        (error) => `the log could not be read: ${error}`,
      );
      if (typeof told === "string") complaints.push(told);
      if (typeof told === "string") break;
      complaints.push(...complaintsAbout(conversation, told));
      counts.add(conversation, told);
    }
    complaints.push(...(await stop(server)));
    complaints.push(...server.deaths, ...server.errors().map((line) => `the server said: ${line.slice(0, 300)}`));
    complaints.push(...complaintsAboutFile(join(folder, "data/everruns.db")));
    counts.close({
      kills: times,
      lives: server.lives,
      resent: transcript.resent,
      effects: ledger.effects,
      seconds: (Date.now() - begun) / 1000,
    });
    return { counts, complaints };
  } finally {
    overdue.abort(new Error("the run is over"));
    await server.kill();
    await Promise.all(transcript.conversations.flatMap(({ readers }) => readers.map((reader) => reader.stop())));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first start makes the folder: cut short anywhere, it must leave one that the next start takes up. */
async function killFirstStarts(times: number, parent: string, random: Random, create: (folder: string) => ServerProcess) {
  const complaints: string[] = [];
  for (let time = 1; time <= times; time++) {
    const folder = join(parent, `first-${time}`);
    mkdirSync(folder);
    using server = create(folder);
    server.begin();
    const afterMs = random.between(20, 300);
    await Bun.sleep(afterMs);
    await server.kill();
    await server.start().catch((error) => complaints.push(`a first start killed after ${afterMs} ms cannot be repeated: ${error.message}`));
    await server.kill();
  }
  return complaints;
}

type Ending = {
  server: ServerProcess;
  isEnough: (times: number) => boolean;
  random: Random;
  sightings: Sightings;
  longestLifeMs: number;
  log: (line: string) => void;
};

/** It is killed at most so many times as often as was asked for. */
const MOST_MORE = 4;

/** From its first answers to its kill; longer where much is to be done between two. Milliseconds. */
const LONGEST_LIFE_MS = 400;
const LONGEST_BUSY_LIFE_MS = 800;

const WATCHED = ["tool.started", "model.started", "message.user", "tool.completed", "message.delta", "turn.completed", "turn.resumed"];

/** Some kills fall into the start, some right behind an event that a client has just seen, the others anywhere; in between it is asked to stop. */
async function killOften({ server, isEnough, random, sightings, longestLifeMs, log }: Ending) {
  const complaints: string[] = [];
  let times = 0;
  while (!isEnough(times)) {
    times++;
    const ready = server.begin().ready;
    if (random.chance(0.1)) await Promise.race([ready, Bun.sleep(random.between(0, 250))]);
    else {
      await ready;
      if (random.chance(0.6)) await Promise.race([sightings.next(random.pick(WATCHED)), Bun.sleep(500)]);
      await Bun.sleep(random.chance(0.5) ? random.between(0, 15) : random.between(0, longestLifeMs));
    }
    await server.kill();
    if (times % 50 === 0) log(`${times} kills`);
    if (!random.chance(0.1)) continue;
    await server.start();
    await Bun.sleep(random.between(0, 200));
    complaints.push(...(await stop(server)));
  }
  return { times, complaints };
}

/** Asked to stop right behind an event that a client has just seen, or anywhere. */
async function stopOften({ server, isEnough, random, sightings, log }: Ending) {
  const complaints: string[] = [];
  let times = 0;
  while (!isEnough(times)) {
    times++;
    await server.start();
    await Promise.race([sightings.next(random.pick(WATCHED)), Bun.sleep(500)]);
    await Bun.sleep(random.between(0, 100));
    complaints.push(...(await stop(server)));
    if (times % 50 === 0) log(`${times} stops`);
  }
  return { times, complaints };
}

const LONGEST_STOP_MS = 10_000;

async function stop(server: ServerProcess): Promise<string[]> {
  const begun = Date.now();
  const exitCode = await server.stop();
  const tookMs = Date.now() - begun;
  return [
    ...(exitCode === 0 ? [] : [`the server ended with exit code ${exitCode} when it was asked to stop`]),
    ...(tookMs <= LONGEST_STOP_MS ? [] : [`the server took ${tookMs} ms to stop`]),
  ];
}

type Sightings = ReturnType<typeof createSightings>;

function createSightings() {
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  return {
    tell(type: string): void {
      waiting.get(type)?.resolve();
      waiting.delete(type);
    },
    next(type: string): Promise<void> {
      const sighting = waiting.get(type) ?? Promise.withResolvers<void>();
      waiting.set(type, sighting);
      return sighting.promise;
    },
  };
}

function complaintsAboutFile(path: string): string[] {
  using database = new Sqlite(path, { readonly: true });
  return complaintsAboutDrained(database);
}
