import { resolve } from "node:path";
import type { Measure } from "./promise";

const PROJECT = resolve(import.meta.dir, "../..");

/** A promise without figures: its tests pass, or they do not. */
export const shownBy = (...files: string[]): Measure => run(files, []);

/** Harnesses that are shown what they have to notice: of these files only those tests. */
export const noticedBy = (...files: string[]): Measure => run(files, ["--test-name-pattern", "the harness notices"]);

const run =
  (files: readonly string[], filter: readonly string[]): Measure =>
  async () => {
    const tests = Bun.spawn([process.execPath, "test", "--timeout=120000", ...filter, ...files.map((file) => `./${file}`)], {
      cwd: PROJECT,
      stdout: "ignore",
      stderr: "pipe",
    });
    const [code, words] = await Promise.all([tests.exited, new Response(tests.stderr).text()]);
    const count = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(Bun.stripANSI(words))?.[1] ?? 0);
    return {
      figures: [["tests that pass", count("pass")], ...files.map((file): [string, string] => ["in", file])],
      complaints: [
        ...(code === 0 ? [] : [`${count("fail")} tests fail: ${words.slice(-500)}`]),
        ...(count("pass") > 0 ? [] : ["no test was run"]),
      ],
    };
  };
