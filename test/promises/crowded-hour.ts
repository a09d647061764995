import { runSoak } from "../soak/soak";
import type { Measure } from "./promise";

const MINUTES = 60;

/** P20. */
export const measureSoak: Measure = async ({ isQuick }) => {
  const scale = isQuick ? { minutes: 0.05, sessions: 40, watchers: 40, running: 20 } : { minutes: MINUTES };
  const { counts, complaints } = await runSoak(scale);
  // What a few seconds cannot show.
  return { figures: counts, complaints: isQuick ? complaints.filter((words) => !words.startsWith("memory ")) : complaints };
};
