import { expect, test } from "bun:test";
import { openDatabase } from "@/database/open-database";

const OPERATIONS = 100;
const EACH_MS = 4;

test("operations that take their time do not share a commit without end: others are let in between", async () => {
  const db = openDatabase(":memory:", Date.now());
  let turnsOfTheLoop = 0;
  let isOver = false;
  const count = () => {
    turnsOfTheLoop++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);

  const work = Array.from({ length: OPERATIONS }, (_, index) =>
    // biome-ignore lint/correctness/useYield: it takes its time without asking anything
    db.transact(function* () {
      const until = performance.now() + EACH_MS;
      while (performance.now() < until);
      return index;
    }),
  );
  const turns = await Promise.all(work.map(async (each, index) => [await each, index, turnsOfTheLoop] as const));
  isOver = true;
  db.close();

  expect(turns.every(([result, index]) => result === index)).toBe(true);
  const together = Math.max(...Object.values(Object.groupBy(turns, ([, , turn]) => turn)).map((group) => group!.length));
  expect(together).toBeLessThan(10);
});
