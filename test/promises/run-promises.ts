/**
 * Measures the promises that have figures, against the executable: `npm run promises`.
 *
 *   bun run test/promises/run-promises.ts [--only P6,P13] [--quick]
 *
 * Each prints its figures and whether it held. The last line is `held` or `fell short`. Load from elsewhere on the machine is measured too.
 */
import { parseArgs } from "node:util";
import { measureBackup } from "./backup-under-load";
import { measureFullDisk } from "./full-disk";
import { measureHostile } from "./hostile-requests";
import { measureStops } from "./orderly-stops";
import type { Measure } from "./promise";
import { measureRestart } from "./restart";
import { shownBy } from "./shown-by";
import { measureWatchers } from "./watchers";

const PROMISES: readonly [ids: string[], words: string, measure: Measure][] = [
  [["P6"], "a restart resumes every turn in less than a second, with a database of 100 MB", measureRestart],
  [["P9"], "a full disk is answered 507, stops no reader, loses nothing and needs no restart", measureFullDisk],
  [["P10", "P13"], "a backup under load is whole, refuses no one and keeps no one waiting", measureBackup],
  [["P14"], "watchers who stall, stay, or come and go cost little", measureWatchers],
  [["P15"], "asked to stop in mid-turn, the server ends in order and loses nothing", measureStops],
  [["P16"], "a clock that jumps a day changes no order and strands no retry", shownBy("test/durability/clock-jumps.test.ts")],
  [["P18"], "no single request keeps the others waiting", measureHostile],
  [["P19"], "an upgrade can't eat data", shownBy("test/database/upgrade.test.ts", "test/database/released-schemas.test.ts")],
];

const { values } = parseArgs({ options: { only: { type: "string" }, quick: { type: "boolean", default: false } } });
const only = values.only?.split(",");

let hasHeld = true;
for (const [ids, words, measure] of PROMISES) {
  if (only && !ids.some((id) => only.includes(id))) continue;
  console.log(`\n${ids.join(", ")}: ${words}`);
  const { figures, complaints } = await measure({ isQuick: values.quick }).catch((error) => ({ figures: [], complaints: [String(error)] }));
  for (const [name, figure] of figures) console.log(`  ${name.padEnd(64)}${figure}`);
  for (const complaint of complaints.slice(0, 10)) console.log(`  ✗ ${complaint}`);
  console.log(complaints.length === 0 ? "  held" : "  fell short");
  if (complaints.length > 0) hasHeld = false;
}
console.log(hasHeld ? "\nheld" : "\nfell short");
process.exit(hasHeld ? 0 : 1);
