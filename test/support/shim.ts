import { basename, join } from "node:path";

/** Why nothing can stand between the server and its files here; undefined when it can. */
export function whyNoShim(): string | undefined {
  if (process.platform !== "linux") return "the shim is preloaded the way Linux does it";
  return compiler() ? undefined : "there is no C compiler";
}

const compiler = (): string | null => Bun.which("cc") ?? Bun.which("gcc") ?? Bun.which("clang");

/** Compiles a library that can be preloaded, into the folder, and returns its path. */
export function compileShim(source: string, folder: string): string {
  const path = join(folder, basename(source).replace(/\.c$/, ".so"));
  const { exitCode, stderr } = Bun.spawnSync([compiler()!, "-shared", "-fPIC", "-O2", "-o", path, source, "-ldl", "-pthread"]);
  if (exitCode !== 0) throw new Error(`${basename(source)} could not be compiled:\n${stderr}`);
  return path;
}
