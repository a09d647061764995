import { resolve } from "node:path";
import type { Measure } from "./promise";

const PROJECT = resolve(import.meta.dir, "../..");

/** A promise without figures: its tests pass, or they do not. */
export const shownBy =
  (...files: string[]): Measure =>
  async () => {
    const tests = Bun.spawn([process.execPath, "test", ...files.map((file) => `./${file}`)], {
      cwd: PROJECT,
      stdout: "ignore",
      stderr: "pipe",
    });
    const [code, words] = await Promise.all([tests.exited, new Response(tests.stderr).text()]);
    const count = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(Bun.stripANSI(words))?.[1] ?? 0);
    return {
      figures: [["tests that pass", count("pass")]],
      complaints: code === 0 ? [] : [`${count("fail")} tests fail: ${words.slice(-500)}`],
    };
  };
