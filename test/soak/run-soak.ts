/**
 * Loads the executable for an hour and sees whether memory, open files and the write-ahead log stay bounded.
 *
 *   bun run test/soak/run-soak.ts [--minutes 60] [--sessions 1000] [--watchers 200] [--running 50] [--seed 1] [--broken]
 *
 * Prints a line each minute. `--broken` runs a server that keeps what it should let go. The last line is `held` or `fell short`.
 */
import { parseArgs } from "node:util";
import { runSoak } from "./soak";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    sessions: { type: "string", default: "1000" },
    watchers: { type: "string", default: "200" },
    running: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    broken: { type: "boolean", default: false },
  },
});

const { counts, complaints } = await runSoak({
  minutes: Number(values.minutes),
  sessions: Number(values.sessions),
  watchers: Number(values.watchers),
  running: Number(values.running),
  seed: Number(values.seed),
  isBroken: values.broken,
  log: (line) => console.log(line),
});
for (const [name, figure] of counts) console.log(`${name.padEnd(44)}${figure}`);
for (const complaint of complaints) console.log(`✗ ${complaint}`);
console.log(complaints.length === 0 ? "held" : "fell short");
process.exit(complaints.length === 0 ? 0 : 1);
