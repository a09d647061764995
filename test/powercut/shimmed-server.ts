import { closeSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Life, ServerProcess } from "../durability/server-process";

const PROJECT = resolve(import.meta.dir, "../..");
const EXECUTABLE = join(PROJECT, "dist/everruns");

/** Whatever is not ready by then never will be. */
const LONGEST_START_MS = 30_000;

/** So long an fsync takes: on a fast disk hardly a cut would fall between a write and its fsync. Microseconds. */
const FSYNC_MICROSECONDS = 5000;

type Options = { folder: string; shim: string; liesAboutFsync: boolean };

export const undoLogPath = (folder: string): string => join(folder, "undo.log");

/** The server as users start it, with the shim between it and its files. Every start begins a new undo log. */
export function createShimmedServer({ folder, shim, liesAboutFsync }: Options): ServerProcess {
  const command = isFresh() ? [EXECUTABLE, "serve"] : [process.execPath, "run", join(PROJECT, "src/main.ts"), "serve"];
  const lives: Life[] = [];
  const deaths: string[] = [];
  let child: ReturnType<typeof spawn> | undefined;
  let address = Promise.withResolvers<string>();
  const logPath = join(folder, "server.log");
  const log = openSync(logPath, "a");

  function spawn() {
    return Bun.spawn(command, {
      cwd: folder,
      env: {
        HOME: folder,
        PATH: "/usr/bin:/bin",
        PORT: "0",
        DATA_DIR: join(folder, "data"),
        LOG_LEVEL: "warn",
        LD_PRELOAD: shim,
        UNSYNCED_FOLDER: join(folder, "data"),
        UNSYNCED_LOG: undoLogPath(folder),
        UNSYNCED_SLOWNESS: String(FSYNC_MICROSECONDS),
        ...(liesAboutFsync ? { UNSYNCED_LIES: "1" } : {}),
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: log,
    });
  }

  const errors = (): string[] =>
    readFileSync(logPath, "utf8")
      .split("\n")
      .filter((line) => line !== "" && !/^\{"level":"?(?:10|20|30|40|trace|debug|info|warn)\b/.test(line));

  function begin(): { ready: Promise<void> } {
    rmSync(undoLogPath(folder), { force: true });
    const life: Life = { spawnedAt: Date.now(), readyAt: null, isOver: false };
    lives.push(life);
    const born = spawn();
    child = born;
    void born.exited.then((exitCode) => {
      if (!life.isOver) deaths.push(`the server ended by itself, exit code ${exitCode}`);
    });
    const timer = setTimeout(() => born.kill("SIGKILL"), LONGEST_START_MS);
    const ready = readPort(born.stdout).then(async (port) => {
      clearTimeout(timer);
      if (life.isOver) return;
      if (port === undefined) throw new Error(`the server ended by itself, exit code ${await born.exited}: ${errors().join("\n")}`);
      life.readyAt = Date.now();
      address.resolve(`http://127.0.0.1:${port}`);
    });
    ready.catch(() => {});
    return { ready };
  }

  async function end(signal: NodeJS.Signals): Promise<number> {
    const life = lives.at(-1);
    if (!child || !life) return 0;
    // Asked to stop and then killed, it ends once: who waits for an address goes on waiting for the next.
    if (!life.isOver && life.readyAt !== null) address = Promise.withResolvers();
    life.isOver = true;
    child.kill(signal);
    return child.exited;
  }

  return {
    lives,
    deaths,
    begin,
    start: () => begin().ready,
    url: () => address.promise,
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    errors,
    [Symbol.dispose]: () => closeSync(log),
  };
}

/** Undefined when the output ends before it. */
async function readPort(stdout: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const decoder = new TextDecoder();
  const reader = stdout.getReader();
  for (let text = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return undefined;
    text += decoder.decode(value, { stream: true });
    const port = /Open +http:\/\/localhost:(\d+)\/\s/.exec(text)?.[1];
    if (port === undefined) continue;
    reader.releaseLock();
    return port;
  }
}

/** Whether the executable is as new as its sources. */
function isFresh(): boolean {
  const built = statSync(EXECUTABLE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ["src/**/*", "drizzle/**/*", "package.json", "bun.lock", "build.ts"];
  const paths = sources.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: PROJECT, absolute: true })]);
  return paths.every((path) => statSync(path).mtimeMs <= built);
}
