/**
 * Shows every promise of durability, against the executable: `npm run promises`. All of it takes about two hours, one of them for P20.
 *
 *   bun run test/promises/run-promises.ts [--only P6,P13] [--quick]
 *
 * Each prints its figures and whether it held. The last line is `held` or `fell short`. `--quick` does everything a few times only, in some minutes.
 * Load from elsewhere on the machine is measured too.
 */
import { parseArgs } from "node:util";
import { measureBackup } from "./backup-under-load";
import { measureSoak } from "./crowded-hour";
import { measureFullDisk } from "./full-disk";
import { measureHostile } from "./hostile-requests";
import { measureKills } from "./kills";
import { measureStops } from "./orderly-stops";
import { measurePowerCuts } from "./power-cuts";
import type { Measure } from "./promise";
import { measureFaults } from "./provider-faults";
import { measureRestart } from "./restart";
import { measureSecondProcess } from "./second-process";
import { noticedBy, shownBy } from "./shown-by";
import { measureWatchers } from "./watchers";

const PROMISES: readonly [ids: string[], words: string, measure: Measure][] = [
  [
    ["P1", "P3", "P4", "P5", "P7"],
    "killed at any moment: what was acknowledged is there once, nothing is stuck, no unsafe call runs twice, a tool's writes and its end are one, streams skip and repeat nothing",
    measureKills,
  ],
  [["P2"], "a power cut takes back nothing that was told", measurePowerCuts],
  [["P6"], "a restart resumes every turn in less than a second, with a database of 100 MB", measureRestart],
  [["P8"], "one Idempotency-Key is one message and one answer, a hundred times at once too", shownBy("test/contract/idempotency.test.ts")],
  [["P9"], "a full disk is answered 507, stops no reader, loses nothing and needs no restart", measureFullDisk],
  [["P10", "P13"], "a backup under load is whole, refuses no one and keeps no one waiting", measureBackup],
  [
    ["P11"],
    "a database that is damaged, empty, newer or another program's is refused in words and not changed; what is restored is whole",
    shownBy("test/database/odd-databases.test.ts", "test/restore.test.ts"),
  ],
  [["P12"], "a second process on the data folder ends within a second", measureSecondProcess],
  [["P7", "P14"], "watchers who stall, stay, or come and go cost little", measureWatchers],
  [["P15"], "asked to stop in mid-turn, the server ends in order and loses nothing", measureStops],
  [["P16"], "a clock that jumps a day changes no order and strands no retry", shownBy("test/durability/clock-jumps.test.ts")],
  [
    ["P17"],
    "a turn that takes the server down is given up, and those beside it are not",
    shownBy("test/durability/poisoned-turn.test.ts", "test/durability/innocent-turns.test.ts"),
  ],
  [["P18"], "no single request keeps the others waiting", measureHostile],
  [["P19"], "an upgrade can't eat data", shownBy("test/database/upgrade.test.ts", "test/database/released-schemas.test.ts")],
  [["P20"], "an hour with a thousand sessions: memory stays small and flat, nothing stays open", measureSoak],
  [["faults"], "whatever a provider does, the turn ends as it is defined, in its time, and the conversation goes on", measureFaults],
  [["logs"], "any beginning of any log goes on to the same end, and no call is left open", shownBy("test/agent-loop/next-step.test.ts")],
  [
    ["harness"],
    "a promise that is broken on purpose is noticed",
    noticedBy(
      "test/durability/chaos.test.ts",
      "test/powercut/powercut.test.ts",
      "test/diskfull/disk-full.test.ts",
      "test/soak/soak.test.ts",
      "test/faults/faults.test.ts",
    ),
  ],
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
