import type { Agent } from "@/domain/agent";
import type { Message } from "@/domain/message";
import type { Session } from "@/domain/session";
import type { Api } from "./api";
import { dim, harmless, print, say } from "./output";
import { anyAgent, getAgent, newestSession } from "./places";
import { type ShownTurn, sayEnd, showTurn } from "./show-turn";

/** Whom to speak to: an earlier session, or a new one with the agent that is named, else with the newest. */
export const PARTNER = {
  agent: { type: "string", alias: "a", description: "name or id of the agent; else the newest" },
  session: { type: "string", alias: "s", description: "id of the session to go on with" },
  continue: { type: "boolean", alias: "c", description: "go on with the newest session" },
} as const;

type PartnerArgs = { agent?: string | undefined; session?: string | undefined; continue?: boolean | undefined };

export async function openSession(api: Api, args: PartnerArgs): Promise<Session> {
  if (args.session !== undefined) return api.get<Session>(`/v1/sessions/${encodeURIComponent(args.session)}`);
  const named = args.agent === undefined ? undefined : await getAgent(api, args.agent);
  if (args.continue) return newestSession(api, named?.id);
  const agent: Agent = named ?? (await anyAgent(api));
  const session = await api.post<Session>(`/v1/agents/${agent.id}/sessions`);
  say(dim(`${harmless(agent.name)} · ${api.url}/sessions/${session.id}`));
  return session;
}

/** Says something and shows the answer as it is written. An interrupt cancels the turn, on the server too; a second one leaves at once. */
export async function speak(api: Api, session: Session, text: string, isQuiet: boolean): Promise<ShownTurn> {
  const path = `/v1/sessions/${session.id}`;
  const message = await api.post<Message>(`${path}/messages`, { message: { content: text } });
  const leave = () => process.exit(130);
  const cancel = () => {
    process.once("SIGINT", leave);
    void api.post(`${path}/turns/${message.turn_id}/cancel`).catch(leave);
  };
  process.once("SIGINT", cancel);
  try {
    const quiet = { write: () => {}, note: () => {} };
    const turn = await showTurn(api, message, isQuiet ? quiet : { write: (words) => void process.stdout.write(words), note: say });
    if (!isQuiet) {
      print(turn.text === "" ? "" : "\n");
      sayEnd(turn);
    }
    return turn;
  } finally {
    process.off("SIGINT", cancel);
    process.off("SIGINT", leave);
  }
}

/** 0 for an answer, 5 for a turn that failed, 130 for one that was cancelled. */
export const exitCodeOf = ({ status }: ShownTurn): number => ({ completed: 0, failed: 5, cancelled: 130 })[status];
