import { runChaos } from "../durability/run-chaos";
import type { Measure } from "./promise";

/** P15. */
export const measureStops: Measure = async ({ isQuick }) => {
  const { counts, complaints } = await runChaos({
    kills: isQuick ? 5 : 100,
    seed: Date.now() % 1_000_000,
    ends: "stopped",
  });
  return {
    figures: [
      ["stops", counts.get("kills")],
      ["messages acknowledged", counts.get("messages acknowledged")],
      ["turns resumed after a stop", counts.get("turns resumed after shutdown")],
      ["turns resumed after a crash", counts.get("turns resumed after crash")],
      ["a stop, p50 ms", counts.get("asked to stop to gone, p50 ms")],
      ["a stop, most ms", counts.get("asked to stop to gone, max ms")],
    ],
    complaints: [...complaints, ...(counts.get("turns resumed after crash") > 0 ? ["a stop was taken for a crash"] : [])],
  };
};
