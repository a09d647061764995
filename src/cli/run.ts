import { defineCommand } from "citty";
import { CONNECTION, connect } from "./client/connection";
import { printJson } from "./client/output";
import { exitCodeOf, openSession, PARTNER, speak } from "./client/speak";
import { WrongUsage } from "./usage";

export const run = defineCommand({
  meta: { name: "run", description: "Say something to an agent and print its answer as it is written" },
  args: {
    message: { type: "positional", required: false, description: "what to say; without it, or with -, stdin is read" },
    ...PARTNER,
    ...CONNECTION,
  },
  async run({ args }) {
    const text = args.message === undefined || args.message === "-" ? await readStdin() : args.message;
    if (text.trim() === "") throw new WrongUsage('There is nothing to say: everruns run "Hello"');
    const api = connect(args);
    const session = await openSession(api, args);
    const turn = await speak(api, session, text, args.json === true);
    if (args.json) printJson({ agent_id: session.agent_id, session_id: session.id, ...turn });
    process.exit(exitCodeOf(turn));
  },
});

/** Nobody is kept waiting for a person who does not know that something is awaited. */
const readStdin = async (): Promise<string> => (process.stdin.isTTY ? "" : await Bun.stdin.text());
