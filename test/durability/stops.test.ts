import { expect, test } from "bun:test";
import { runChaos } from "./run-chaos";

const STOPS = 5;

test(`asked to stop ${STOPS} times in mid-turn, the server ends in order, and nothing is lost or taken for a crash`, async () => {
  const { counts, complaints } = await runChaos({ kills: STOPS, seed: 1, users: 5, ends: "stopped" });
  expect(complaints).toEqual([]);
  expect(counts.get("turns resumed after shutdown")).toBeGreaterThan(0);
  expect(counts.get("turns resumed after crash")).toBe(0);
}, 60_000);
