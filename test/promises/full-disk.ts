import { runFullDisks } from "../diskfull/run-full-disks";
import { whyNoShim } from "../support/shim";
import type { Measure } from "./promise";

/** P9. */
export const measureFullDisk: Measure = async ({ isQuick }) => {
  const reason = whyNoShim();
  if (reason !== undefined) return { figures: [["not measured", reason]], complaints: [] };
  const times = isQuick ? 5 : 100;
  const { counts, tally, complaints } = await runFullDisks({ times, seed: Date.now() % 1_000_000 });
  return {
    figures: [
      ["times that the disk was full", times],
      ...counts,
      ["messages acknowledged", tally.get("messages acknowledged")],
      ["turns resumed after it", tally.get("turns resumed after disk_full")],
      ["turns completed", tally.get("turns completed")],
    ],
    complaints,
  };
};
