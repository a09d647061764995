import { expect, test } from "bun:test";
import type { AttackClass } from "./attack-class";
import { CLASSES } from "./classes";
import type { Broken } from "./fronts";
import { runAttacks } from "./run-attacks";

/** Those take their time, or all of the machine's: `npm run attack` makes them all. */
const FEW: Readonly<Record<string, number>> = { passwords: 7, sandbox: 4, connections: 11, "lost rights": 8 };

/** All attacks of a class, or some of them that lie evenly. */
const inShort = (one: AttackClass): AttackClass => ({
  ...one,
  async attacks(world) {
    const attacks = await one.attacks(world);
    const every = attacks.length / (FEW[one.name] ?? attacks.length);
    return attacks.filter((_, index) => Math.floor(index / every) !== Math.floor((index - 1) / every));
  },
});

test("no hostile input of any class gets through", async () => {
  const outcomes = await runAttacks({ classes: CLASSES.map(inShort) });
  expect(outcomes.map(({ name, complaints }) => [name, complaints])).toEqual(CLASSES.map(({ name }) => [name, []]));
  expect(outcomes.reduce((sum, { cases }) => sum + cases, 0)).toBeGreaterThan(250);
}, 180_000);

test.each<[broken: Broken, name: string]>([
  ["open-door", "who may"],
  ["any-origin", "other sites"],
  ["inside-listed", "outbound"],
  ["talkative", "page"],
])(
  "a promise that is broken is noticed: %s, by %s",
  async (broken, name) => {
    const [outcome] = await runAttacks({ classes: CLASSES.filter((one) => one.name === name), broken });
    expect(outcome!.complaints.length).toBeGreaterThan(5);
  },
  60_000,
);
