import { expect, test } from "bun:test";
import { runSoak } from "./soak";

/** Long enough for the counts; that memory stays flat takes a longer run to see. */
const SHORT = { minutes: 0.05, sessions: 40, watchers: 40, running: 20 };
const aboutMemory = /^memory /;

test("turns, watchers and deleted sessions leave no file open", async () => {
  const { counts, complaints } = await runSoak(SHORT);
  expect(complaints.filter((words) => !aboutMemory.test(words))).toEqual([]);
  expect(Number(new Map(counts).get("turns completed"))).toBeGreaterThan(0);
}, 40_000);

test("the harness notices a server that keeps what it should let go", async () => {
  const { complaints } = await runSoak({ ...SHORT, isBroken: true, quietMs: 2000 });
  expect(complaints.join("\n")).toMatch(/files are open after all have left/);
}, 60_000);
