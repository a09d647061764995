/**
 * Shows what becomes of every fault that a provider is known for: `bun run test/faults/faults.ts [part of a mode's name]`.
 * The last line is `held` or `fell short`, which exits with 1.
 */
import { MODES } from "./modes";
import { type Outcome, runFaults } from "./run-faults";

const wanted = process.argv[2] ?? "";
const outcomes = await runFaults(MODES.filter(({ name }) => name.includes(wanted)));
const short = outcomes.filter(({ complaints }) => complaints.length > 0);

const line = ({ mode, protocol, came, ms, complaints }: Outcome): string =>
  [mode.padEnd(42), protocol.padEnd(17), `${ms} ms`.padStart(9), ` ${came}`, ...complaints.map((complaint) => `\n    ✗ ${complaint}`)].join(
    " ",
  );

for (const { name } of MODES) for (const outcome of outcomes.filter(({ mode }) => mode === name)) console.log(line(outcome));
console.log(`${outcomes.length - short.length} of ${outcomes.length} as defined`);
console.log(short.length === 0 ? "held" : "fell short");
process.exit(short.length === 0 ? 0 : 1);
