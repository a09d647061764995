/**
 * Runs the tests: `npm test`, or `npm test -- test/turns.test.ts -t "a message"`. Arguments go to `bun test`.
 * The last line on stdout is `N passed, N failed[, N skipped]`. A run that did not get to its end has failed, whatever it counted.
 */

import { spawn } from "bun";

/** Long enough for a test that starts processes while the other core is busy too. */
const TIMEOUT_MS = 20_000;

/** One more than the cores that the tests are meant for: much of the time a test waits for a server or a browser. */
const AT_ONCE = 3;

const given = process.argv.slice(2);
const defaults = [`--parallel=${AT_ONCE}`, "--no-orphans", `--timeout=${TIMEOUT_MS}`, ...(given.length === 0 ? ["--only-failures"] : [])];
const tests = spawn([process.execPath, "test", ...defaults, ...given], {
  stdin: "ignore",
  stdout: "inherit",
  stderr: "pipe",
  env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
});

const report = await passOn(tests.stderr);
const exitCode = await tests.exited;
const { passed, failed, skipped } = countsOf(report, exitCode);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed === 0 ? 0 : 1;

/** Shows the text as it comes, and returns its end: `bun test` closes with its counts. */
async function passOn(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let end = "";
  for await (const chunk of stream) {
    process.stderr.write(chunk);
    end = (end + decoder.decode(chunk, { stream: true })).slice(-4000);
  }
  return Bun.stripANSI(end);
}

function countsOf(report: string, exitCode: number) {
  const closing = /((?:^ *\d+ [a-z() ]+\n)+)^Ran (\d+) tests? across \d+ files?\./m.exec(report);
  const count = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}s?$`, "m").exec(closing?.[1] ?? "")?.[1] ?? 0);
  const passed = count("pass");
  // A file that cannot be loaded, a crash, or no test at all: `bun test` does not count these as failed tests.
  const isSound = exitCode === 0 && closing !== null && passed > 0;
  return { passed, failed: Math.max(count("fail"), isSound ? 0 : 1), skipped: count("skip") + count("todo") };
}
