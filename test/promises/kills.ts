import { runChaos } from "../durability/run-chaos";
import { verdictOn } from "../durability/verdict";
import type { Measure } from "./promise";

const FIGURES = [
  "kills",
  "messages acknowledged",
  "turns completed",
  "turns resumed after crash",
  "unsafe calls started",
  "unsafe calls that took effect twice",
  "calls of charge interrupted",
  "calls of write_file ok",
  "reconnects of readers",
  "events read",
];

/** P1, P3, P4, P5, P7. */
export const measureKills: Measure = async ({ isQuick }) => {
  const scale = isQuick ? { kills: 10 } : { kills: 1000, charges: 5000, users: 24 };
  const { counts, complaints } = await runChaos({ ...scale, seed: Date.now() % 1_000_000 });
  const reconnects = counts.get("reconnects of readers");
  return {
    figures: [...FIGURES.map((name): [string, number] => [name, counts.get(name)]), ["found", verdictOn(complaints)]],
    complaints: [...complaints, ...(isQuick || reconnects >= 5000 ? [] : [`only ${reconnects} reconnects of readers`])],
  };
};
