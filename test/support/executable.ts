import { Database as Sqlite } from "bun:sqlite";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Client, createClient } from "./client";

const PROJECT = resolve(import.meta.dir, "../..");
const EXECUTABLE = join(PROJECT, "dist/everruns");
const SOURCES = ["src/**/*", "drizzle/**/*", "package.json", "bun.lock", "build.ts", "scripts/build-page.ts"];

/** The path of the executable, built first unless it is as new as its sources. Whoever comes while another process builds it waits for that. */
export function builtExecutable(): string {
  mkdirSync(join(PROJECT, "dist"), { recursive: true });
  const lock = new Sqlite(join(PROJECT, "dist/.build-lock"), { create: true });
  try {
    lock.run("PRAGMA busy_timeout = 60000");
    lock.run("BEGIN EXCLUSIVE");
    if (isOutdated()) build();
  } finally {
    lock.close();
  }
  return EXECUTABLE;
}

function isOutdated(): boolean {
  const built = statSync(EXECUTABLE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const paths = SOURCES.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: PROJECT, absolute: true })]);
  return paths.some((path) => statSync(path).mtimeMs > built);
}

function build(): void {
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, "run", "build.ts"], { cwd: PROJECT });
  if (exitCode !== 0) throw new Error(`The executable could not be built:\n${stderr}`);
}

/** An empty folder that goes away by itself: `using folder = emptyFolder()`. */
export function emptyFolder(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "everruns-executable-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

type Options = { env?: Record<string, string>; args?: string[] };

/** Nothing of the environment that the tests run in, so that nothing of it can help. */
function spawn(folder: string, args: string[], env: Record<string, string>) {
  return Bun.spawn([builtExecutable(), ...args], {
    cwd: folder,
    env: { HOME: folder, PATH: "/usr/bin:/bin", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Runs it to its end. One that does not end within 10 s is killed, and its exit code is 137. */
export async function run(folder: string, args: string[], env: Record<string, string> = {}) {
  const begun = performance.now();
  const child = spawn(folder, args, env);
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  const [exitCode, stdout, stderr] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  clearTimeout(timer);
  return { exitCode, stdout, stderr, ms: performance.now() - begun };
}

export type Server = Client & {
  pid: number;
  banner: string;
  /** Sends the signal and waits for the end: the exit code, and what was logged. */
  end(signal?: NodeJS.Signals): Promise<{ exitCode: number; log: string; ms: number }>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Starts the server in a folder and resolves once it has printed its address: `await using server = await serve(folder)`. */
export async function serve(folder: string, { env = {}, args = [] }: Options = {}): Promise<Server> {
  const child = spawn(folder, ["serve", ...args], { PORT: "0", ...env });
  const log = new Response(child.stderr).text();
  const banner = await readBanner(child.stdout);
  const url = /^ +Open +(\S+)\/$/m.exec(banner)?.[1];
  if (!url) {
    child.kill("SIGKILL");
    throw new Error(`The server did not start (exit code ${await child.exited}):\n${banner}${await log}`);
  }
  return {
    ...createClient(url),
    pid: child.pid,
    banner,
    async end(signal = "SIGTERM") {
      const begun = performance.now();
      child.kill(signal);
      return { exitCode: await child.exited, log: await log, ms: performance.now() - begun };
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Reads until the banner's last line, or the end. */
async function readBanner(stdout: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stdout.getReader();
  const decoder = new TextDecoder();
  let banner = "";
  while (!/^ +Accounts .*\n/m.test(banner)) {
    const { value, done } = await reader.read();
    if (done) break;
    banner += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return banner;
}
