import { z } from "zod";
import { defineTool } from "@/agent-loop/tool";
import type { CapabilityDefinition } from "@/capabilities/catalog";
import { builtInCapabilities } from "@/capabilities/catalog";
import type { Approval } from "@/domain/approval";
import type { Session } from "@/domain/session";
import type { Turn } from "@/domain/turn";
import type { StreamedEvent } from "../support/client";
import { contractApp } from "../support/contract-app";

export const script = (...steps: unknown[]) => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;

/** A call of `wire`, a tool that a person must approve, and of `peek`, which runs by itself. */
export const wire = (amount: number) => ({ name: "wire", arguments: { amount } });
export const peek = { name: "peek", arguments: {} };

/** Remembers what was really done, over restarts of the server. */
export function bank() {
  const wired: number[] = [];
  const capability: CapabilityDefinition = {
    id: "bank",
    name: "Bank",
    description: "",
    status: "available",
    icon: "landmark",
    category: "Testing",
    tools: [
      defineTool({
        name: "wire",
        description: "Send money.",
        input: z.object({ amount: z.int().min(1) }),
        policy: "requires_approval",
        run({ amount }) {
          wired.push(amount);
          return { sent: amount };
        },
      }),
      defineTool({ name: "peek", description: "Look.", input: z.object({}), effect: "pure", run: () => "seen" }),
    ],
  };
  return { wired, capabilities: [...builtInCapabilities, capability] };
}

type Options = NonNullable<Parameters<typeof contractApp>[0]>;

/** A server with a bank, and what tests of waiting ask it. */
export async function waitingApp({ bank: given = bank(), ...options }: Options & { bank?: ReturnType<typeof bank> } = {}) {
  const app = await contractApp({ capabilities: given.capabilities, ...options });
  const waits = (event: StreamedEvent) => event.type === "session.updated" && event.data.status === "waiting";
  return {
    ...app,
    wired: given.wired,
    bank: given,
    newSession: async (fields: Record<string, unknown> = {}, agent: Record<string, unknown> = {}) =>
      app.createSession((await app.createAgent({ capabilities: ["bank"], ...agent })).id, fields),
    /** Says something and follows until the turn waits. */
    async sayAndWait(session: { path: string }, text: string, controls?: Record<string, unknown>) {
      const message = await app.say(session, text, controls);
      return { message, events: await app.follow(session, waits, message.sequence) };
    },
    untilWaiting: (session: { path: string }, after: number) => app.follow(session, waits, after),
    pending: async () => (await app.expect<{ items: Approval[]; total: number }>("GET /v1/approvals", 200)).body.items,
    decide: (session: { path: string }, id: string, body: unknown, status = 200) =>
      app.expect<Approval>(`POST ${session.path}/approvals/${id}`, status, body),
    turn: async (session: { path: string }, id: string) => (await app.expect<Turn>(`GET ${session.path}/turns/${id}`, 200)).body,
    status: async (session: { path: string }) => (await app.expect<Session>(`GET ${session.path}`, 200)).body.status,
    events: async (session: { path: string }) =>
      (
        await app.get<{ items: { event_type: string; data: Record<string, unknown> }[] }>(`${session.path}/events/list?limit=1000`)
      ).body.items.map(({ event_type, data }) => ({ type: event_type, data })),
  };
}

export const typesOf = (events: readonly { type: string; data: Record<string, unknown> }[]): string[] =>
  events
    .filter(({ type }) => !type.endsWith(".delta"))
    .map(({ type, data }) => (type === "session.updated" ? `${data.status ?? "title"}` : type));
