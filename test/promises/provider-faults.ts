import { MODES } from "../faults/modes";
import { runFaults } from "../faults/run-faults";
import type { Measure } from "./promise";

/** Every fault of a provider, over every protocol. */
export const measureFaults: Measure = async () => {
  const outcomes = await runFaults();
  return {
    figures: [
      ["faults", MODES.length],
      ["faults over protocols", outcomes.length],
      ["as defined", outcomes.filter(({ complaints }) => complaints.length === 0).length],
    ],
    complaints: outcomes.flatMap(({ mode, protocol, complaints }) => complaints.map((words) => `${mode}, over ${protocol}: ${words}`)),
  };
};
