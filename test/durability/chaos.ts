/**
 * Kills the executable at random under load and checks that every promise was held: `npm run chaos -- --kills 1000`.
 *
 *   bun run test/durability/chaos.ts --kills 100 [--charges 500] [--seed 7] [--users 10] [--broken <promise>]
 *
 * Its agents act on a service outside, which remembers what it was asked to do; `--charges` goes on until it has acted so often for calls that must
 * not run twice.
 * `--broken` is one of retried-unsafe, early-201, tail-reader: a promise broken on purpose. The last line is `held` or `fell short`.
 */
import { parseArgs } from "node:util";
import { type Broken, runChaos } from "./run-chaos";
import { verdictOn } from "./verdict";

const MOST_SHOWN = 30;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    users: { type: "string", default: "10" },
    charges: { type: "string", default: "0" },
    broken: { type: "string" },
  },
});

console.log(`seed ${values.seed}`);
const hasHeld = await run().catch((error) => console.log(`✗ ${error}`));
console.log(hasHeld ? "held" : "fell short");
process.exit(hasHeld ? 0 : 1);

async function run(): Promise<boolean> {
  const { counts, complaints } = await runChaos({
    kills: Number(values.kills),
    seed: Number(values.seed),
    users: Number(values.users),
    charges: Number(values.charges),
    broken: (values.broken ?? null) as Broken | null,
    log: (line) => console.error(line),
  });
  for (const line of counts.lines()) console.log(line);
  for (const complaint of complaints.slice(0, MOST_SHOWN)) console.log(`✗ ${complaint}`);
  if (complaints.length > MOST_SHOWN) console.log(`… and ${complaints.length - MOST_SHOWN} more`);
  console.log(verdictOn(complaints));
  return complaints.length === 0;
}
