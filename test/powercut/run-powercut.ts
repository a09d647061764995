/**
 * Cuts the power at random under load and checks that nothing that was told is taken back.
 *
 *   bun run test/powercut/run-powercut.ts --cuts 30 [--seed 7] [--users 8] [--broken]
 *
 * The server is killed, and what it has written since its last fsync is lost in part or in whole. With `--broken` the disk only claims to
 * have kept what it is asked to keep. The last line is `held` or `fell short`; exit code 2 where no power cut can be simulated.
 */
import { parseArgs } from "node:util";
import { whyNoShim } from "../support/shim";
import { runPowerCuts } from "./power-cuts";

const MOST_SHOWN = 30;

const { values } = parseArgs({
  options: {
    cuts: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    users: { type: "string", default: "8" },
    broken: { type: "boolean", default: false },
  },
});

const reason = whyNoShim();
if (reason !== undefined) {
  console.log(`No power cut can be simulated here: ${reason}.`);
  process.exit(2);
}
console.log(`seed ${values.seed}`);
const hasHeld = await run().catch((error) => console.log(`✗ ${error}`));
console.log(hasHeld ? "held" : "fell short");
process.exit(hasHeld ? 0 : 1);

async function run(): Promise<boolean> {
  const { counts, tally, complaints } = await runPowerCuts({
    cuts: Number(values.cuts),
    seed: Number(values.seed),
    users: Number(values.users),
    isBroken: values.broken,
    log: (line) => console.error(line),
  });
  for (const line of tally.lines()) console.log(line);
  for (const [name, number] of [...counts].sort(([a], [b]) => a.localeCompare(b))) console.log(`${name.padEnd(44)}${number}`);
  for (const complaint of complaints.slice(0, MOST_SHOWN)) console.log(`✗ ${complaint}`);
  if (complaints.length > MOST_SHOWN) console.log(`… and ${complaints.length - MOST_SHOWN} more`);
  return complaints.length === 0;
}
