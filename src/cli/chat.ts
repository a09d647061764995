import { createInterface } from "node:readline/promises";
import { defineCommand } from "citty";
import { AppError } from "@/platform/app-error";
import { CONNECTION, connect } from "./client/connection";
import { say } from "./client/output";
import { openSession, PARTNER, speak } from "./client/speak";

const { json: _, ...CONNECTION_ALONE } = CONNECTION;

export const chat = defineCommand({
  meta: { name: "chat", description: "Talk with an agent; Ctrl-C stops an answer, Ctrl-D ends" },
  args: { ...PARTNER, ...CONNECTION_ALONE },
  async run({ args }) {
    const api = connect(args);
    const session = await openSession(api, args);
    for await (const line of linesOf("> ")) {
      if (line.trim() === "") continue;
      await speak(api, session, line, false).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        say(error.message);
      });
    }
    process.exit(0);
  },
});

/** Each line that a person writes; asks for the next one when the last has been answered. */
async function* linesOf(prompt: string): AsyncGenerator<string> {
  for (;;) {
    // A new one each time: while an answer is written, the terminal belongs to it, and to Ctrl-C.
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const ended = new Promise<null>((resolve) => terminal.once("close", () => resolve(null)));
    const line = await Promise.race([terminal.question(prompt), ended]);
    terminal.close();
    if (line === null) return say("");
    yield line;
  }
}
