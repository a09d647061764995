import type { Files } from "@/platform/parcel";

export type Language = "javascript" | "typescript" | "shell" | "python" | "node";

/** What a child is asked to run. The time is bounded twice: by the child itself, in words, and by the server, with a signal. */
export type Execution = { language: Language; code: string; timeoutMs: number };

/** What came of it. `result` is JSON of the last expression's value where the language has one. */
export type Outcome = { stdout: string; stderr: string; result: unknown; error: string | null; exitCode: number };

/** `changed` are files that were written, with what they hold now; `removed` are paths that are gone. */
export type Executed = { outcome: Outcome; changed: Files; removed: readonly string[] };

/** More of what is printed is cut off, with a line that says so. Characters, of each stream. */
export const MAX_PRINTED_LENGTH = 64 * 1024;

/** What is printed, kept up to its limit. */
export function createPrinter() {
  let text = "";
  let left = 0;
  return {
    print(line: string): void {
      const fits = line.slice(0, MAX_PRINTED_LENGTH - text.length);
      text += fits;
      left += line.length - fits.length;
    },
    text: (): string => (left > 0 ? `${text}\n[${left} more characters were cut off]` : text),
  };
}

/** Tells which of the files a program has written and removed. */
export function changesBetween(before: Files, after: Files): Pick<Executed, "changed" | "removed"> {
  const changed = [...after].filter(([path, bytes]) => {
    const old = before.get(path);
    return old === undefined || Buffer.compare(old, bytes) !== 0;
  });
  return { changed: new Map(changed), removed: [...before.keys()].filter((path) => !after.has(path)) };
}
