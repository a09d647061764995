import { z } from "zod";
import { defineTool, type JsonValue, type Tool } from "@/agent-loop/tool";
import type { Database } from "@/database/database";
import type { ChangeFiles } from "@/files/change-files";
import type { ReadFiles } from "@/files/read-files";
import type { Executed, Language } from "@/sandbox/execution";
import type { RunSandboxed } from "@/sandbox/run-sandboxed";
import type { CapabilityDefinition } from "./capability-definition";
import { copyFiles } from "./copy-files";
import { keepWritten } from "./keep-written";

const DEFAULT_SECONDS = 10;
const MAX_SECONDS = 60;

export type SandboxParts = {
  db: Database;
  readFiles: ReadFiles;
  changeFiles: ChangeFiles;
  runSandboxed: RunSandboxed;
  /** Programs of this machine that the operator lets agents use, inside bubblewrap. */
  programs: readonly Extract<Language, "python" | "node">[];
};

/** What the catalog says of it before its tool has files to work on. */
export const sandboxOutline: CapabilityDefinition = {
  id: "sandbox",
  name: "Sandboxed Execution",
  description: "Runs code on the session's files, without network and without reach into the host.",
  status: "available",
  icon: "box",
  category: "Execution",
  tools: [],
};

export const sandbox = (parts: SandboxParts): CapabilityDefinition => ({ ...sandboxOutline, tools: [executeCode(parts)] });

/**
 * Nothing of the host is touched, so that only what the program leaves of the session's files is an effect: it is kept in one commit with
 * the end of the call, and a program that a crash has cut short simply runs again.
 */
function executeCode({ db, readFiles, changeFiles, runSandboxed, programs }: SandboxParts): Tool {
  const languages = ["javascript", "typescript", "shell", ...programs] as const;
  return defineTool({
    name: "execute_code",
    description: [
      "Runs a program over this session's files and returns what it prints, the value of its last expression, and which files it wrote.",
      "There is no network and nothing of any computer. Each run starts anew; only files stay.",
      'javascript and typescript: plain ECMAScript with console, require("fs") and require("path") over the session\'s files.',
      "shell: bash with the usual commands (cat, grep, sed, awk, jq, sort, find, tar, …).",
      ...programs.map((program) => `${program}: as it is installed on the server, without packages to install.`),
    ].join("\n"),
    input: z.object({
      language: z.enum(languages),
      code: z.string().min(1).max(500_000),
      timeout_seconds: z.int().min(1).max(MAX_SECONDS).optional().describe(`${DEFAULT_SECONDS} unless given, ${MAX_SECONDS} at most.`),
    }),
    effect: "transactional",
    async run({ language, code, timeout_seconds = DEFAULT_SECONDS }, { sessionId, signal }) {
      const files = await copyFiles({ db, readFiles }, sessionId, signal);
      const executed = await runSandboxed({ language, code, timeoutMs: timeout_seconds * 1000 }, files, signal);
      if (executed.changed.size === 0 && executed.removed.length === 0) return resultOf(executed);
      return keepWritten({ db, changeFiles }, { sessionId, signal }, executed, resultOf(executed));
    },
  }) as Tool;
}

function resultOf({ outcome, changed, removed }: Executed): JsonValue {
  const { stdout, stderr, result, error, exitCode } = outcome;
  return {
    exit_code: exitCode,
    stdout,
    stderr,
    result: (result ?? null) as JsonValue,
    error,
    files_written: [...changed.keys()],
    files_deleted: [...removed],
  };
}
