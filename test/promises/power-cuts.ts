import { runPowerCuts } from "../powercut/power-cuts";
import { whyNoShim } from "../support/shim";
import type { Measure } from "./promise";

/** P2. */
export const measurePowerCuts: Measure = async ({ isQuick }) => {
  const reason = whyNoShim();
  if (reason !== undefined) return { figures: [["not measured", reason]], complaints: [] };
  const { counts, tally, complaints } = await runPowerCuts({ cuts: isQuick ? 5 : 300, seed: Date.now() % 1_000_000 });
  const figures = ["cuts", "cuts in a first start", "cuts that took something back", "sectors put back", "names put back"];
  return {
    figures: [
      ...figures.map((name): [string, number] => [name, counts.get(name) ?? 0]),
      ["messages acknowledged", tally.get("messages acknowledged")],
    ],
    complaints,
  };
};
