import type { Client } from "../support/client";
import type { Ended } from "../support/scripted";

/** How many calls one answer of a model may make. */
const AT_ONCE = 32;
const STEPS = 8;

/** Lets a model make all of these calls of one tool, many at once, and tells how each ended, in the order in which they were given. */
export async function callMany(client: Client, agent: Record<string, unknown>, name: string, given: readonly unknown[]): Promise<Ended[]> {
  const ends: Ended[] = [];
  const { id } = await client.createAgent(agent);
  for (let from = 0; from < given.length; from += AT_ONCE * STEPS) {
    const some = given.slice(from, from + AT_ONCE * STEPS);
    const session = await client.createSession(id);
    const { events } = await client.ask(session, scriptOf(name, some));
    const called = events.flatMap(({ type, data }) =>
      type === "message.assistant" ? callIdsIn(data.content as readonly { type: string; id?: string }[]) : [],
    );
    const ended = new Map(events.flatMap(({ type, data }) => (type === "tool.completed" ? [[data.tool_call_id, data as Ended]] : [])));
    ends.push(...called.map((callId) => ended.get(callId)!));
  }
  if (ends.length !== given.length) throw new Error(`${ends.length} of ${given.length} calls have ended`);
  return ends;
}

const callIdsIn = (content: readonly { type: string; id?: string }[]) =>
  content.flatMap(({ type, id }) => (type === "tool_call" ? [id as unknown] : []));

function scriptOf(name: string, given: readonly unknown[]): string {
  const steps: object[] = [];
  for (let from = 0; from < given.length; from += AT_ONCE)
    steps.push({ call: given.slice(from, from + AT_ONCE).map((one) => ({ name, arguments: one })) });
  return `\`\`\`simulate\n${JSON.stringify([...steps, { text: "done" }])}\n\`\`\``;
}
