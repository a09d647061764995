import { expect, test } from "bun:test";
import { type Broken, runChaos } from "./run-chaos";

const KILLS = 100;
const FEW_KILLS = 10;

test("100 kills under load lose, repeat and strand nothing", async () => {
  const { counts, complaints } = await runChaos({ kills: KILLS, seed: 1 });
  expect(complaints).toEqual([]);
  expect(counts.get("messages acknowledged")).toBeGreaterThan(KILLS / 4);
  expect(counts.get("turns completed")).toBeGreaterThan(KILLS / 4);
  expect(counts.get("calls of charge ok")).toBeGreaterThan(KILLS / 4);
  expect(counts.get("calls of write_file ok")).toBeGreaterThan(0);
  expect(counts.get("calls of charge interrupted")).toBeGreaterThan(0);
}, 300_000);

const BROKEN: [Broken, RegExp][] = [
  ["retried-unsafe", /of charge took effect \d times/],
  ["early-201", /was acknowledged and is lost/],
  ["tail-reader", /reader \d read \d+ \S+ \S+ where the log has \d+/],
];

test.each(BROKEN)(
  "the harness notices a broken promise: %s",
  async (broken, words) => {
    // A few kills may miss the one moment that shows it; a machine that is busy makes such moments rare.
    for (const seed of [1, 2, 3, 4]) {
      const { complaints } = await runChaos({ kills: FEW_KILLS, seed, broken, drainMs: 3000 });
      if (complaints.some((complaint) => words.test(complaint))) return;
    }
    throw new Error("nothing was noticed");
  },
  120_000,
);
