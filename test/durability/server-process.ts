import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { builtExecutable } from "../support/executable";

/** One run of the server, from its start to its end. Times are milliseconds since 1970; it is never ready when it was killed before. */
export type Life = { spawnedAt: number; readyAt: number | null; isOver: boolean; stoppedInMs?: number };

/** Whatever is not ready by then never will be. */
const LONGEST_START_MS = 30_000;

export type ServerProcess = ReturnType<typeof createServerProcess>;

type Options = {
  folder: string;
  /** What is run; the executable when nothing is said. */
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
};

/** A server that is started again and again on one folder, each time on a port of its own. */
export function createServerProcess({ folder, command = [builtExecutable(), "serve"], env = {} }: Options) {
  const lives: Life[] = [];
  const deaths: string[] = [];
  let child: ReturnType<typeof spawn> | undefined;
  let address = Promise.withResolvers<string>();

  const log = openSync(logPath(folder), "a");

  function spawn() {
    return Bun.spawn([...command], {
      cwd: folder,
      env: { HOME: folder, PATH: "/usr/bin:/bin", PORT: "0", DATA_DIR: join(folder, "data"), LOG_LEVEL: "warn", ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: log,
    });
  }

  /** What it logged as an error, or wrote beside its log. */
  const errors = (): string[] =>
    readFileSync(logPath(folder), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !/^\{"level":"?(?:10|20|30|40|trace|debug|info|warn)\b/.test(line));

  /** Starts it and returns at once. */
  function begin(): { ready: Promise<void> } {
    const life: Life = { spawnedAt: Date.now(), readyAt: null, isOver: false };
    lives.push(life);
    const born = spawn();
    child = born;
    void born.exited.then((exitCode) => {
      if (!life.isOver) deaths.push(`the server ended by itself, exit code ${exitCode}`);
    });
    const timer = setTimeout(() => born.kill("SIGKILL"), LONGEST_START_MS);
    const ready = readAddress(born.stdout).then(async (url) => {
      clearTimeout(timer);
      if (life.isOver) return;
      if (url === undefined) throw new Error(`the server ended by itself, exit code ${await born.exited}: ${errors().join("\n")}`);
      life.readyAt = Date.now();
      address.resolve(url);
    });
    ready.catch(() => {});
    return { ready };
  }

  async function end(signal: NodeJS.Signals): Promise<number> {
    const life = lives.at(-1);
    if (!child || !life) return 0;
    // An address that was told is of no use any more. Asked to stop and then killed, it ends once: who waits already waits for the next.
    if (!life.isOver && life.readyAt !== null) address = Promise.withResolvers();
    life.isOver = true;
    const begun = performance.now();
    child.kill(signal);
    const exitCode = await child.exited;
    if (signal === "SIGTERM") life.stoppedInMs = Math.round(performance.now() - begun);
    return exitCode;
  }

  return {
    lives,
    /** Ends that nobody asked for. */
    deaths,
    begin,
    /** Starts it and waits until it answers. Throws when it ends by itself. */
    start: (): Promise<void> => begin().ready,
    /** Where it answers; waits while it is away. */
    url: (): Promise<string> => address.promise,
    /** Of the newest life. */
    pid: (): number => child!.pid,
    kill: (): Promise<number> => end("SIGKILL"),
    errors,
    [Symbol.dispose]: () => closeSync(log),
    /** Asks it to end, and returns its exit code. */
    stop: (): Promise<number> => end("SIGTERM"),
  };
}

const logPath = (folder: string): string => join(folder, "server.log");

/** Undefined when the output ends before it. */
async function readAddress(stdout: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const decoder = new TextDecoder();
  const reader = stdout.getReader();
  for (let text = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return undefined;
    text += decoder.decode(value, { stream: true });
    const port = /Open +http:\/\/localhost:(\d+)\/\s/.exec(text)?.[1];
    if (port === undefined) continue;
    reader.releaseLock();
    return `http://127.0.0.1:${port}`;
  }
}
