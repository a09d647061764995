import type { Session } from "@/domain/session";
import { createRandom, type Random } from "../durability/random";
import { type Client, createClient, readStream } from "../support/client";

export type CrowdOptions = { url: string; sessions: number; watchers: number; running: number; seed: number };

export type Crowd = {
  counts: Map<string, number>;
  complaints: Set<string>;
  /** Ends what runs, closes every stream, and resolves when all is quiet. */
  stop(): Promise<void>;
};

type Talk = Session & { path: string; turnsLeft: number; isBusy: boolean };

/** A session is deleted after so many turns at most, and another takes its place: what is measured is a steady state. */
const MOST_TURNS = 20;

/** A watcher comes anew after so long. Milliseconds. */
const [SHORTEST_WATCH_MS, LONGEST_WATCH_MS] = [10_000, 60_000];

/** So many sessions, always; turns that begin as others end; people who watch, leave and come back. */
export async function gatherCrowd({ url, sessions, watchers, running, seed }: CrowdOptions): Promise<Crowd> {
  const client = createClient(url);
  const random = createRandom(seed);
  const stopped = new AbortController();
  const counts = new Map<string, number>();
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const complaints = new Set<string>();
  const agent = await client.createAgent({ name: "Soak", capabilities: ["test_math"] });

  const create = async (): Promise<Talk> => {
    const session = await client.createSession(agent.id);
    return { ...session, turnsLeft: random.between(1, MOST_TURNS), isBusy: false };
  };
  const talks: Talk[] = [];
  while (talks.length < sessions) talks.push(...(await Promise.all(Array.from({ length: Math.min(50, sessions - talks.length) }, create))));

  /** Keeps one turn running after the other. */
  async function talk(own: Random): Promise<void> {
    while (!stopped.signal.aborted) {
      const index = own.between(0, talks.length - 1);
      const session = talks[index]!;
      if (session.isBusy) continue;
      session.isBusy = true;
      const end = await takeTurn(client, session, own, stopped.signal);
      count(`turns ${end}`);
      session.isBusy = false;
      if (--session.turnsLeft > 0) continue;
      session.isBusy = true;
      talks[index] = await create();
      await client.call("DELETE", session.path);
      count("sessions replaced");
    }
  }

  async function watch(own: Random): Promise<void> {
    while (!stopped.signal.aborted) {
      const left = AbortSignal.any([stopped.signal, AbortSignal.timeout(own.between(SHORTEST_WATCH_MS, LONGEST_WATCH_MS))]);
      const frames = await watchOnce(`${url}${own.pick(talks).path}/events`, left);
      count("streams");
      counts.set("frames read", (counts.get("frames read") ?? 0) + frames);
    }
  }

  const endless = (work: (own: Random) => Promise<void>, times: number) =>
    Array.from({ length: times }, () => work(random.fork()).catch((error) => void complaints.add(String(error))));
  const working = [...endless(talk, running), ...endless(watch, watchers)];
  return {
    counts,
    complaints,
    async stop() {
      stopped.abort();
      await Promise.all(working);
    },
  };
}

/** What a person does who waits for the answer, and now and then does not. Returns how the turn ended. */
async function takeTurn(client: Client, session: { path: string }, random: Random, stopped: AbortSignal): Promise<string> {
  const delay_ms = random.between(20, 60);
  const steps = [
    ...(random.chance(0.05) ? [{ error: { code: "overloaded", retry_after_ms: 100, times: 1 } }] : []),
    { text: "Let me see. ", call: [{ name: "add", arguments: { a: random.between(1, 99), b: 1 } }], delay_ms },
    { repeat: "Some words of an answer. ", times: random.between(20, 80), delay_ms },
  ];
  const message = await client.say(session, `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``);
  if (random.chance(0.05)) {
    await Bun.sleep(random.between(0, 1500));
    await client.call("POST", `${session.path}/cancel`);
  }
  const left = new AbortController();
  const response = await fetch(`${client.url}${session.path}/events?after_sequence=${message.sequence}`, {
    signal: AbortSignal.any([stopped, left.signal]),
  }).catch(() => undefined);
  if (!response) return "left alone";
  try {
    for await (const { type, data } of readStream(response))
      if (/^turn\.(completed|failed|cancelled)$/.test(type) && data.turn_id === message.turn_id) return type.slice("turn.".length);
  } catch {
    // The run is over.
  } finally {
    left.abort();
  }
  return "left alone";
}

async function watchOnce(address: string, left: AbortSignal): Promise<number> {
  let frames = 0;
  try {
    for await (const _frame of readStream(await fetch(address, { signal: left }))) frames++;
  } catch {
    // It left, as it was meant to.
  }
  return frames;
}
