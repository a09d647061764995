import type { StreamedEvent } from "./client";
import type { TestApp } from "./test-app";

export type Ended = { name: string; status: string; result: Record<string, unknown>; error: string | null };

/** A message that makes the simulated model call these tools, one after the other, and then say that it is done. */
export const scriptOf = (calls: readonly { name: string; arguments: unknown }[]): string =>
  `\`\`\`simulate\n${JSON.stringify([...calls.map((call) => ({ call: [call] })), { text: "done" }])}\n\`\`\``;

/** Lets an agent with these capabilities call tools in a session of its own, and tells how each call ended. */
export async function callTools(
  app: TestApp,
  capabilities: readonly string[],
  calls: readonly { name: string; arguments: unknown }[],
  given?: { path: string },
): Promise<{ session: { path: string }; ends: Ended[] }> {
  const session = given ?? (await app.createSession((await app.createAgent({ capabilities })).id));
  const { events } = await app.ask(session, scriptOf(calls));
  const ends = events.filter(({ type }: StreamedEvent) => type === "tool.completed").map(({ data }) => data as Ended);
  return { session, ends: ends.slice(-calls.length) };
}
