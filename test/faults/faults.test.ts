import { beforeAll, expect, test } from "bun:test";
import { FAULTY_PROTOCOLS } from "./fault-provider";
import { MODES } from "./modes";
import { type Outcome, runFaults } from "./run-faults";

let outcomes: Outcome[];
beforeAll(async () => {
  outcomes = await runFaults(MODES, { slowness: 5 });
}, 120_000);

const cells = MODES.flatMap(({ name }) => FAULTY_PROTOCOLS.map((protocol) => [name, protocol.name] as const));

test.each(cells)("%s, over %s, ends as it is defined, and the conversation goes on", (mode, protocol) => {
  const outcome = outcomes.find((one) => one.mode === mode && one.protocol === protocol);
  expect(outcome).toMatchObject({ complaints: [] });
});
