import { Bash, type CommandName, getCommandNames } from "just-bash";
import type { Files } from "@/platform/parcel";
import { changesBetween, createPrinter, type Executed, type Execution } from "./execution";

/** Where the shell keeps its own: nothing under here is a file of the session, unless it was one before. */
const OWN = /^\/(bin|usr|dev|proc|sys|tmp|etc|home)\//;

const MAX_FILE_SYSTEM_BYTES = 256 * 1024 * 1024;

/** Runs a script in a shell that is simulated from its parser to its commands, over the given files. Nothing of the host is in reach, nor a network. */
export async function runShell({ code, timeoutMs }: Execution, files: Files): Promise<Executed> {
  const bash = new Bash({
    files: Object.fromEntries(files),
    // Its sqlite3 needs a worker that is not in the executable.
    commands: getCommandNames().filter((name) => name !== "sqlite3") as CommandName[],
    cwd: "/",
    env: { HOME: "/", PATH: "/usr/bin:/bin", LANG: "C.UTF-8" },
    // Its own second fence patches parts of Node that this runtime does not have; the process around it is the fence.
    defenseInDepth: false,
    executionLimits: {
      maxExecutionTimeMs: timeoutMs,
      maxFileSystemBytes: MAX_FILE_SYSTEM_BYTES,
      maxLoopIterations: 1_000_000,
      maxCommandCount: 1_000_000,
    },
  });
  const { stdout, stderr, exitCode } = await bash.exec(code);
  const [out, err] = [createPrinter(), createPrinter()];
  out.print(stdout);
  err.print(stderr);

  const after = new Map<string, Uint8Array>();
  for (const path of (bash.fs as unknown as { getAllPaths(): string[] }).getAllPaths()) {
    if (OWN.test(path) && !files.has(path)) continue;
    const about = await bash.fs.lstat(path);
    if (about.isFile) after.set(path, await bash.fs.readFileBuffer(path));
  }
  return {
    outcome: { stdout: out.text(), stderr: err.text(), result: null, error: null, exitCode },
    ...changesBetween(files, after),
  };
}
