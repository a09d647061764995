import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ChildFailed } from "@/platform/own-process";
import type { Files } from "@/platform/parcel";
import { changesBetween, createPrinter, type Executed, type Execution } from "./execution";

/** Programs of this machine that the operator may let agents use, and how each reads its program from standard input. */
const PROGRAMS = { python: ["python3", "-"], node: ["node", "-"] } as const;

/** What stands there in the program's world already, or is gone with it: nothing under these is a file of the session. */
const NOT_FILES = /^\/(usr|bin|sbin|lib|lib32|lib64|etc|proc|dev|tmp)(\/|$)/;

const MAX_DATA_BYTES = 1024 * 1024 * 1024;
const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_TEMPORARY_BYTES = 64 * 1024 * 1024;
const MAX_KEPT_BYTES = 256 * 1024 * 1024;
const MAX_PROCESSES = 64;

/**
 * Runs Python or Node of this machine inside bubblewrap: in namespaces of its own, without network, environment or the host's files other than its
 * programs, over a copy of the session's files. Throws `ChildFailed` when it was stopped, else the signal's reason.
 */
export async function runBubblewrap(
  { language, code, timeoutMs }: Execution & { language: keyof typeof PROGRAMS },
  files: Files,
  signal: AbortSignal,
): Promise<Executed> {
  signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), "everruns-sandbox-"));
  try {
    const before = new Map([...files].filter(([path]) => !NOT_FILES.test(path)));
    for (const [path, bytes] of before) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const outcome = await run(folder, PROGRAMS[language], code, timeoutMs, signal);
    const after = await readFiles(folder);
    return { outcome: { ...outcome, result: null, error: null }, ...changesBetween(before, after) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, program: readonly string[], code: string, timeoutMs: number, signal: AbortSignal) {
  const child = Bun.spawn(["bwrap", ...world(folder), "prlimit", ...limits(timeoutMs), ...program], {
    env: {},
    stdin: Buffer.from(code, "utf8"),
    stdout: "pipe",
    stderr: "pipe",
  });
  let isTooLong = false;
  const kill = () => child.kill("SIGKILL");
  const clock = setTimeout(() => {
    isTooLong = true;
    kill();
  }, timeoutMs);
  signal.addEventListener("abort", kill, { once: true });
  try {
    const [stdout, stderr] = await Promise.all([readPrinted(child.stdout), readPrinted(child.stderr)]);
    const exitCode = await child.exited;
    signal.throwIfAborted();
    if (isTooLong) throw new ChildFailed("timeout");
    return { stdout, stderr, exitCode };
  } finally {
    clearTimeout(clock);
    signal.removeEventListener("abort", kill);
    kill();
  }
}

/** Source: bwrap(1). `--die-with-parent` and a process namespace of its own end everything in it with the server. */
const world = (folder: string): string[] => [
  ...["--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--bind", folder, "/"],
  ...["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/ld.so.cache"].flatMap((path) => [
    "--ro-bind-try",
    path,
    path,
  ]),
  ...["--proc", "/proc", "--dev", "/dev", "--size", String(MAX_TEMPORARY_BYTES), "--tmpfs", "/tmp", "--chdir", "/"],
  ...["--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin", "--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8"],
];

const limits = (timeoutMs: number): string[] => [
  `--as=${8 * MAX_DATA_BYTES}`,
  `--data=${MAX_DATA_BYTES}`,
  `--fsize=${MAX_FILE_BYTES}`,
  `--nproc=${MAX_PROCESSES}`,
  `--core=0`,
  `--cpu=${Math.ceil(timeoutMs / 1000) + 1}`,
];

/** What is over the limit is read and dropped, so that the program does not wait for a reader. */
async function readPrinted(stream: ReadableStream<Uint8Array>): Promise<string> {
  const printer = createPrinter();
  const decoder = new TextDecoder();
  for await (const chunk of stream) printer.print(decoder.decode(chunk, { stream: true }));
  return printer.text();
}

/** Plain files alone: a link could point at the host. */
async function readFiles(folder: string): Promise<Files> {
  const found = new Map<string, Uint8Array>();
  let total = 0;
  const open = ["/"];
  for (const path of open) {
    for (const name of await readdir(join(folder, path))) {
      const inside = path === "/" ? `/${name}` : `${path}/${name}`;
      if (NOT_FILES.test(inside)) continue;
      const about = await lstat(join(folder, inside));
      if (about.isDirectory()) open.push(inside);
      if (!about.isFile()) continue;
      total += about.size;
      if (total > MAX_KEPT_BYTES) throw new ChildFailed("output");
      found.set(inside, await readFile(join(folder, inside)));
    }
  }
  return found;
}
