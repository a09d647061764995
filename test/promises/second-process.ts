import { builtExecutable } from "../support/executable";
import { quantile } from "../support/process-figures";
import { above, type Measure, round } from "./promise";
import { createSite } from "./site";

const IN_USE = 3;

/** P12: whoever starts a second server on a data folder is told at once, and the first goes on. */
export const measureSecondProcess: Measure = async ({ isQuick }) => {
  await using site = await createSite();
  const took: number[] = [];
  const complaints: string[] = [];
  for (let time = 1; time <= (isQuick ? 3 : 50); time++) {
    const begun = performance.now();
    const second = Bun.spawn([builtExecutable(), "serve"], {
      env: { PORT: "0", DATA_DIR: site.dataDir },
      stdout: "ignore",
      stderr: "ignore",
    });
    const code = await second.exited;
    took.push(performance.now() - begun);
    if (code !== IN_USE) complaints.push(`a second process ended with exit code ${code}`);
    if ((await fetch(`${await site.server.url()}/health`)).status !== 200) complaints.push("the first one was disturbed");
  }
  return {
    figures: [
      ["second processes", took.length],
      ["exit code", IN_USE],
      ["until it ended, p50 ms", round(quantile(took, 0.5))],
      ["until it ended, most ms", round(Math.max(...took))],
    ],
    complaints: [...complaints, ...above("until a second process ended, p99", quantile(took, 0.99), 1000, "ms"), ...site.server.deaths],
  };
};
