import { probeLag } from "../support/lag-probe";
import { type Attack, type AttackClass, within } from "./attack-class";
import type { Broken } from "./fronts";
import { createWorld, type Place } from "./world";

export type ClassOutcome = {
  name: string;
  cases: number;
  /** What was not as promised, in words. */
  complaints: string[];
  /** How long others waited for an answer meanwhile. */
  lagsMs: number[];
  seconds: number;
};

type Options = {
  classes: readonly AttackClass[];
  /** A promise to break, so that it shows whether that is noticed. */
  broken?: Broken | null;
  tell?: (outcome: ClassOutcome) => void;
};

/** Whatever is not answered by then keeps somebody waiting for ever. */
const LONGEST_MS = 60_000;

/** Makes all attacks of the classes on servers of the executable, one class after the other. */
export async function runAttacks({ classes, broken = null, tell = () => {} }: Options): Promise<ClassOutcome[]> {
  await using world = await createWorld(broken);
  const outcomes: ClassOutcome[] = [];
  for (const { name, atOnce, attacks, after } of classes) {
    const made = await attacks(world);
    world.isUnderAttack(true);
    await using open = probeLag(await world.open.site.server.url());
    await using full = probeLag(await world.full.site.server.url());
    const begun = performance.now();
    const complaints = await attack(made, atOnce);
    if (after) complaints.push(...(await after(world)));
    world.isUnderAttack(false);
    const seconds = (performance.now() - begun) / 1000;
    const lags = [open.take(), full.take()];
    for (const { failures } of lags) if (failures > 0) complaints.push(`${failures} others were not answered meanwhile`);
    const outcome = { name, cases: made.length, complaints, lagsMs: lags.flatMap(({ ms }) => ms), seconds };
    outcomes.push(outcome);
    tell(outcome);
  }
  outcomes[0]?.complaints.push(...aboutServer(world.open), ...aboutServer(world.full));
  return outcomes;
}

async function attack(attacks: readonly Attack[], atOnce: number): Promise<string[]> {
  const complaints: string[] = [];
  const left = attacks.values();
  const worker = async () => {
    for (const { name, run } of left) {
      const complaint = await within(LONGEST_MS, run()).catch((error: unknown) => `could not be told: ${error}`);
      if (complaint !== null) complaints.push(`${name}: ${complaint}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return complaints;
}

/** It is the same one as at the beginning, and has not failed at anything. */
const aboutServer = ({ site: { server } }: Place): string[] => [
  ...server.deaths,
  ...server.errors().map((line) => `the server said: ${line.slice(0, 300)}`),
];
