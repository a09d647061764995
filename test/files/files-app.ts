import type { SessionFile } from "@/domain/file";
import type { Client } from "../support/client";
import { type ContractApp, contractApp } from "../support/contract-app";

export type ToolResult = { result: Record<string, unknown> | null; error: string | null };

/** A session whose agent has files, on a server whose answers are held against its document. */
export async function filesApp(options: Parameters<typeof contractApp>[0] = {}) {
  const app = await contractApp(options);
  const agent = await app.createAgent({ capabilities: ["file_system"] });
  const session = await app.createSession(agent.id);
  return { app, agent, session, fs: `${session.path}/fs` };
}

export const putText = (app: ContractApp, fs: string, path: string, content: string, status: 200 | 201 = 201) =>
  app.expect<SessionFile>(`PUT ${fs}${path}`, status, { content });

/** Lets the simulated model make these calls, one round after another, and returns their results in the order of the calls. */
export async function callTools(
  app: Client,
  session: { path: string },
  ...rounds: [name: string, given: object][][]
): Promise<ToolResult[]> {
  const { message } = await app.ask(session, script(...rounds));
  const messages = (await app.messages(session)).filter(({ turn_id }) => turn_id === message.turn_id);
  const ids = messages.flatMap(({ tool_calls }) => tool_calls?.map(({ id }) => id) ?? []);
  const parts = messages.flatMap(({ content }) => content.flatMap((part) => (part.type === "tool_result" ? [part] : [])));
  return ids.map((id) => {
    const { result, error } = parts.find(({ tool_call_id }) => tool_call_id === id)!;
    return { result: result as ToolResult["result"], error };
  });
}

export function script(...rounds: [name: string, given: object][][]): string {
  const steps = rounds.map((calls) => ({ call: calls.map(([name, given]) => ({ name, arguments: given })) }));
  return `Please.\n\`\`\`simulate\n${JSON.stringify([...steps, { text: "done" }])}\n\`\`\``;
}
