import { pack, unpack } from "@/platform/parcel";
import type { Executed, Execution } from "./execution";

/** The other side of `runInOwnProcess`: reads one job from standard input, does it, writes what came of it, and ends. */
export async function runSandboxChild(): Promise<void> {
  const { message, files } = unpack<Execution>(await Bun.stdin.bytes());
  const { outcome, changed, removed } = await execute(message, files);
  await Bun.write(Bun.stdout, pack({ message: { outcome, removed }, files: changed }));
  process.exit(0);
}

async function execute(execution: Execution, files: ReadonlyMap<string, Uint8Array>): Promise<Executed> {
  if (execution.language === "shell") return (await import("./run-shell")).runShell(execution, files);
  return (await import("./run-javascript")).runJavascript(execution, files);
}
