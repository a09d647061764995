import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import type { Program } from "./configured-servers";

/** A message of more than this is taken for a fault of the program. Bytes. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** So long a program has to end by itself when its input is closed. Milliseconds. */
const GRACE_MS = 1000;

/** Of this process's environment, a program is given these and what its configuration says: no key of ours. */
const INHERITED = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "SystemRoot", "USERPROFILE"];

/**
 * Speaks to a program over its standard input and output, a JSON message a line. The program leads a process group of its own, and whatever it has
 * started is ended with it; it sees the end of this process too. Source: modelcontextprotocol.io/specification (transports, stdio)
 */
export function createStdioTransport({ command, args, env }: Program): Transport {
  let child: Bun.Subprocess<"pipe", "pipe", "ignore"> | undefined;

  const transport: Transport = {
    async start() {
      child = Bun.spawn([command, ...args], {
        env: { ...Object.fromEntries(INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))), ...env },
        stdin: "pipe",
        stdout: "pipe",
        stderr: "ignore",
        // A group of its own, so that one signal reaches all of it.
        detached: true,
      });
      void read(child.stdout).finally(() => end());
    },
    async send(message) {
      if (!child || child.killed) throw new Error("The program is not running");
      child.stdin.write(`${JSON.stringify(message)}\n`);
      await child.stdin.flush();
    },
    async close() {
      if (!child) return;
      await child.stdin.end();
      await Promise.race([child.exited, Bun.sleep(GRACE_MS)]);
      end();
    },
  };

  function end(): void {
    if (!child) return;
    const { pid } = child;
    child = undefined;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // The group is gone already.
    }
    transport.onclose?.();
  }

  async function read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      const lines = text.split("\n");
      text = lines.pop()!;
      for (const line of lines) if (line.trim() !== "") take(line);
      if (text.length > MAX_LINE_BYTES) return;
    }
  }

  /** A program that prints something else beside its messages is not cut off for it. */
  function take(line: string): void {
    try {
      transport.onmessage?.(JSON.parse(line) as JSONRPCMessage);
    } catch (error) {
      transport.onerror?.(error instanceof Error ? error : new Error("not JSON"));
    }
  }

  return transport;
}
