/**
 * Attacks the executable with hostile inputs of every class: `npm run attack`.
 *
 *   bun run attack [--only "who may,outbound"] [--broken open-door]
 *
 * Prints the cases of each class, those that were not refused as promised, and how long others waited for an answer meanwhile, which on a busy
 * machine is the machine's doing as well. `--broken` breaks a promise on purpose. The last line is `held` or `fell short`.
 */
import { parseArgs } from "node:util";
import { quantile } from "../support/process-figures";
import { CLASSES } from "./classes";
import { BROKEN, type Broken } from "./fronts";
import { type ClassOutcome, runAttacks } from "./run-attacks";

const MOST_SHOWN = 20;

const { values } = parseArgs({ options: { only: { type: "string" }, broken: { type: "string" } } });
const only = values.only?.split(",");
const broken = BROKEN.find((name) => name === values.broken) ?? null;

function show({ name, cases, complaints, lagsMs, seconds }: ClassOutcome): void {
  const figures = [
    `${cases} cases`,
    `${complaints.length} open`,
    lagsMs.length === 0 ? "" : `lag p99 ${quantile(lagsMs, 0.99).toFixed(1)} ms`,
    `${seconds.toFixed(1)} s`,
  ];
  console.log(name.padEnd(22) + figures.map((figure) => figure.padStart(20)).join(""));
  for (const complaint of complaints.slice(0, MOST_SHOWN)) console.log(`  ✗ ${complaint}`);
  if (complaints.length > MOST_SHOWN) console.log(`  … and ${complaints.length - MOST_SHOWN} more`);
}

async function run(broken: Broken | null): Promise<boolean> {
  const classes = CLASSES.filter(({ name }) => !only || only.includes(name));
  if (classes.length === 0) throw new Error(`there is no such class: ${CLASSES.map(({ name }) => name).join(", ")}`);
  const outcomes = await runAttacks({ classes, broken, tell: show });
  const sum = (count: (outcome: ClassOutcome) => number) => outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const lag = quantile(
    outcomes.flatMap(({ lagsMs }) => lagsMs),
    0.99,
  );
  const open = sum(({ complaints }) => complaints.length);
  console.log(`${sum(({ cases }) => cases)} cases of ${outcomes.length} classes, ${open} open, lag p99 ${lag.toFixed(1)} ms`);
  return open === 0;
}

const hasHeld = await run(broken).catch((error) => console.log(`✗ ${error}`));
console.log(hasHeld ? "held" : "fell short");
process.exit(hasHeld ? 0 : 1);
