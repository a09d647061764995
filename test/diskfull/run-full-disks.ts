import { Database as Sqlite } from "bun:sqlite";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { complaintsAboutDrained } from "../durability/database-complaints";
import { complaintsAbout } from "../durability/invariants";
import { builtInToolbox } from "../durability/message-plan";
import { createRandom, type Random } from "../durability/random";
import { createTally, type Tally } from "../durability/tally";
import { toldAbout } from "../durability/told";
import { beUser, type Transcript, type World } from "../durability/user";
import { createServerOnSmallDisk, PLENTY_BYTES, type SmallDisk } from "./small-disk";

export type FullDiskOptions = {
  /** How often the disk is full, and has room again. */
  times: number;
  seed: number;
  users?: number;
  /** The disk says that it has kept what it had no room for: the harness has to notice. */
  isBroken?: boolean;
  drainMs?: number;
};

export type Report = { counts: Map<string, number>; tally: Tally; complaints: string[] };

/** Fills the disk again and again under load, never restarts the server, and compares what clients were told with what it has kept. */
export async function runFullDisks({ times, seed, users = 8, isBroken = false, drainMs = 20_000 }: FullDiskOptions): Promise<Report> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "everruns-diskfull-")));
  const random = createRandom(seed);
  using server = createServerOnSmallDisk(folder, { isBroken });
  const closing = new AbortController();
  const overdue = new AbortController();
  const transcript: Transcript = { conversations: [], complaints: [], resent: 0 };
  const counts = new Map<string, number>();
  const count = (name: string, number = 1): void => void counts.set(name, (counts.get(name) ?? 0) + number);
  const world: World = {
    server,
    toolbox: builtInToolbox,
    transcript,
    onEvent: () => {},
    resumesFromTail: false,
    isExcused(status, code) {
      const isFull = status === 507 && code === "storage_full";
      if (isFull) count("requests answered 507");
      return isFull;
    },
    closing: closing.signal,
    overdue: overdue.signal,
  };

  try {
    await server.start();
    const worked = Promise.allSettled(Array.from({ length: users }, (_, index) => beUser(`${seed}.${index}`, random.fork(), world)));
    const complaints: string[] = [];
    for (let time = 1; time <= times; time++) complaints.push(...(await fillOnce(server, transcript, random, count)));
    closing.abort();
    const timer = setTimeout(() => overdue.abort(new Error("not drained in time")), drainMs);
    for (const result of await worked) if (result.status === "rejected") complaints.push(`a user gave up: ${result.reason}`);
    clearTimeout(timer);

    const tally = createTally();
    for (const conversation of transcript.conversations) {
      const told = await toldAbout((await server.url()) + conversation.path);
      complaints.push(...complaintsAbout(conversation, told));
      tally.add(conversation, told);
    }
    if (server.lives.length > 1) complaints.push("the server was started again");
    const exitCode = await server.stop();
    if (exitCode !== 0) complaints.push(`the server ended with exit code ${exitCode} when it was asked to stop`);
    using database = new Sqlite(join(folder, "data/everruns.db"), { readonly: true });
    complaints.push(...complaintsAboutDrained(database), ...transcript.complaints, ...server.deaths, ...aboutItsWords(server, times));
    return { counts, tally, complaints };
  } finally {
    overdue.abort(new Error("the run is over"));
    await server.kill();
    await Promise.all(transcript.conversations.flatMap(({ readers }) => readers.map((reader) => reader.stop())));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Leaves little room or none for a while; meanwhile everything that only reads has to be answered. */
async function fillOnce(
  server: SmallDisk,
  { conversations }: Transcript,
  random: Random,
  count: (name: string) => void,
): Promise<string[]> {
  const complaints: string[] = [];
  await Bun.sleep(random.between(50, 300));
  server.leave(random.chance(0.5) ? 0 : random.between(1, 100_000));
  const until = Date.now() + random.between(50, 600);
  while (Date.now() < until) {
    const session = conversations.length > 0 ? random.pick(conversations).path : "/v1/agents";
    for (const path of ["/health", session, `${session}/events/list`.replace("/v1/agents/events/list", "/v1/sessions")]) {
      const answer = await fetch((await server.url()) + path);
      await answer.text();
      count("reads while the disk was full");
      if (answer.status !== 200) complaints.push(`${path} answered ${answer.status} while the disk was full`);
    }
    await Bun.sleep(20);
  }
  server.leave(PLENTY_BYTES);
  return complaints;
}

/** It says once that the disk is full, however many turns wait for it. */
function aboutItsWords(server: SmallDisk, times: number): string[] {
  const lines = server.errors();
  const others = lines.filter((line) => !line.includes("the disk is full"));
  return [
    ...(lines.length - others.length > times ? [`the disk was full ${times} times, and the server said so ${lines.length} times`] : []),
    ...others.map((line) => `the server said: ${line.slice(0, 300)}`),
  ];
}
