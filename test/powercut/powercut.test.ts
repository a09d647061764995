import { expect, test } from "bun:test";
import { whyNoShim } from "../support/shim";
import { runPowerCuts } from "./power-cuts";

const CUTS = 15;
const reason = whyNoShim();
const unless = reason === undefined ? "" : ` (skipped: ${reason})`;

test.skipIf(reason !== undefined)(
  `${CUTS} power cuts under load take back nothing that was told${unless}`,
  async () => {
    const { counts, tally, complaints } = await runPowerCuts({ cuts: CUTS, seed: 1 });
    expect(complaints).toEqual([]);
    expect(counts.get("cuts that took something back")).toBeGreaterThan(0);
    expect(tally.get("messages acknowledged")).toBeGreaterThan(CUTS);
  },
  40_000,
);

test.skipIf(reason !== undefined)(
  `the harness notices a disk that keeps nothing${unless}`,
  async () => {
    const { complaints } = await runPowerCuts({ cuts: CUTS, seed: 1, isBroken: true });
    expect(complaints.filter((words) => /is lost|took it back|is damaged|cannot be read|cannot be repeated/.test(words))).not.toEqual([]);
  },
  30_000,
);
