import { join } from "node:path";

const SOURCE = join(import.meta.dir, "unsynced.c");

/** Why no power cut can be simulated here; undefined when it can. */
export function whyNot(): string | undefined {
  if (process.platform !== "linux") return "the shim is preloaded the way Linux does it";
  return compiler() ? undefined : "there is no C compiler";
}

const compiler = (): string | null => Bun.which("cc") ?? Bun.which("gcc") ?? Bun.which("clang");

/** Compiles the shim into the folder and returns its path. */
export function compileShim(folder: string): string {
  const path = join(folder, "unsynced.so");
  const { exitCode, stderr } = Bun.spawnSync([compiler()!, "-shared", "-fPIC", "-O2", "-o", path, SOURCE, "-ldl", "-pthread"]);
  if (exitCode !== 0) throw new Error(`the shim could not be compiled:\n${stderr}`);
  return path;
}
