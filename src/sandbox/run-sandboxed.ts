import { ChildFailed, runInOwnProcess } from "@/platform/own-process";
import { type Files, pack, unpack } from "@/platform/parcel";
import { type Executed, type Execution, MAX_PRINTED_LENGTH, type Outcome } from "./execution";
import { runBubblewrap } from "./run-bubblewrap";

const MAX_MEMORY_BYTES = 768 * 1024 * 1024;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024 + 4 * MAX_PRINTED_LENGTH;

/** What a child may take beyond its program's own time: to start, and to hand over its files. Milliseconds. */
const GRACE_MS = 5000;

/** So many programs run at once; the others wait their turn. */
const MAX_AT_ONCE = 2;

export type RunSandboxed = (execution: Execution, files: Files, signal: AbortSignal) => Promise<Executed>;

/** Runs a program over a copy of the files in a process of its own. A program that fails is an outcome; throws only the signal's reason. */
export function createRunSandboxed(): RunSandboxed {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function place(): Promise<void> {
    if (running < MAX_AT_ONCE) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** The place goes to whoever waits longest, or is free. */
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }

  return async (execution, files, signal) => {
    await place();
    try {
      if (execution.language === "python" || execution.language === "node")
        return await runBubblewrap({ ...execution, language: execution.language }, files, signal);
      return await runChild(execution, files, signal);
    } catch (error) {
      if (!(error instanceof ChildFailed)) throw error;
      return { outcome: { stdout: "", stderr: "", result: null, error: WORDS[error.end], exitCode: 137 }, changed: new Map(), removed: [] };
    } finally {
      leave();
    }
  };
}

async function runChild(execution: Execution, files: Files, signal: AbortSignal): Promise<Executed> {
  const limits = { timeoutMs: execution.timeoutMs + GRACE_MS, maxMemoryBytes: MAX_MEMORY_BYTES, maxOutputBytes: MAX_OUTPUT_BYTES };
  const answer = await runInOwnProcess("sandbox", pack({ message: execution, files }), limits, signal);
  const { message, files: changed } = unpack<{ outcome: Outcome; removed: string[] }>(answer);
  return { ...message, changed };
}

const WORDS = {
  timeout: "The program ran for too long and was stopped. Nothing that it wrote was kept.",
  memory: "The program used too much memory and was stopped. Nothing that it wrote was kept.",
  output: "The program wrote too much and was stopped. Nothing that it wrote was kept.",
  crashed: "The program took its sandbox down. Nothing that it wrote was kept.",
} as const;
