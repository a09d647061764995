import { tmpdir } from "node:os";

/** How a child ended, when it did not answer. */
export type ChildEnd = "timeout" | "memory" | "output" | "crashed";

/** Untrusted work was stopped, or took its process down. The server is unharmed. */
export class ChildFailed extends Error {
  override readonly name = "ChildFailed";

  constructor(readonly end: ChildEnd) {
    super(`A child process ended: ${end}`);
  }
}

export type ChildLimits = { timeoutMs: number; maxMemoryBytes: number; maxOutputBytes: number };

const MEMORY_CHECK_MS = 50;
const PAGE_BYTES = 4096;

/**
 * Runs one job in a process of its own, which is this executable again: what is sent goes to its standard input, what it answers is all
 * it writes. It has no environment, sees the end of this process, and is killed on the clock, for its memory (on Linux), for its output and by the
 * signal: a process can always be stopped, which a thread that spins cannot. Throws `ChildFailed`, or the signal's reason.
 */
export async function runInOwnProcess(
  job: string,
  input: Uint8Array,
  { timeoutMs, maxMemoryBytes, maxOutputBytes }: ChildLimits,
  signal: AbortSignal,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  const child = Bun.spawn([...thisExecutable(), "child", job, String(process.pid)], {
    // Bun's own switch, by which the kernel ends a child whose parent is gone, however busy it is.
    env: { BUN_FEATURE_FLAG_NO_ORPHANS: "1" },
    cwd: tmpdir(),
    stdin: input as Uint8Array<ArrayBuffer>,
    stdout: "pipe",
    stderr: "ignore",
  });
  let end: ChildEnd | undefined;
  const kill = (reason?: ChildEnd) => {
    end ??= reason;
    child.kill("SIGKILL");
  };
  const onAbort = () => kill();
  signal.addEventListener("abort", onAbort, { once: true });
  const clock = setTimeout(() => kill("timeout"), timeoutMs);
  const scale = setInterval(async () => {
    if ((await residentBytes(child.pid)) > maxMemoryBytes) kill("memory");
  }, MEMORY_CHECK_MS);

  try {
    const output = await readAll(child.stdout, maxOutputBytes, () => kill("output"));
    const exitCode = await child.exited;
    signal.throwIfAborted();
    if (end !== undefined || exitCode !== 0) throw new ChildFailed(end ?? "crashed");
    return output;
  } finally {
    clearTimeout(clock);
    clearInterval(scale);
    signal.removeEventListener("abort", onAbort);
    child.kill("SIGKILL");
  }
}

/**
 * For the child, before it does anything: ends it when the process that wants its answer is gone already. From then on the kernel sees to that;
 * what died before the child had told the kernel so is only seen by looking.
 */
export function endIfOrphaned(parent: string | undefined): void {
  if (parent !== String(process.ppid)) process.exit(1);
}

/** From source, the runtime and the file that was started; compiled, the executable alone. */
const thisExecutable = (): string[] =>
  /^(\/\$bunfs|[A-Z]:[\\/]~BUN)/.test(import.meta.path) ? [process.execPath] : [process.execPath, MAIN];

const MAIN = new URL("../main.ts", import.meta.url).pathname;

async function readAll(stream: ReadableStream<Uint8Array>, maxBytes: number, onExcess: () => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > maxBytes) {
      onExcess();
      break;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** 0 where the system does not say. Source: proc_pid_statm(5), the second number, in pages. */
async function residentBytes(pid: number): Promise<number> {
  if (process.platform !== "linux") return 0;
  const text = await Bun.file(`/proc/${pid}/statm`)
    .text()
    .catch(() => "");
  return Number(text.split(" ")[1] ?? 0) * PAGE_BYTES;
}
