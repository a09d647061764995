import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Turn } from "@/domain/turn";
import { type Client, createClient, endsTurn, type StreamedEvent } from "../support/client";
import { createServerProcess } from "./server-process";
import { slowService } from "./slow-service";

const folder = mkdtempSync(join(tmpdir(), "everruns-cut-short-"));
const service = slowService();
const server = createServerProcess({ folder, env: { OUTBOUND_PRIVATE_HOSTS: service.host } });

const http = (name: string, effect: string) => ({
  type: "http",
  name,
  method: "POST",
  url: `${service.url}/${name}`,
  parameters: { type: "object" },
  effect,
});
const steps = (...given: unknown[]): string => `\`\`\`simulate\n${JSON.stringify(given)}\n\`\`\``;
const slowWords = steps({ repeat: "word ", times: 30, delay_ms: 50 });
const program = "const until = Date.now() + 1500; while (Date.now() < until); require('fs').writeFileSync('/tally', 'x')";
const remote = { client_tools: [{ name: "remote", parameters: { type: "object" } }] };

type Kind = {
  call: { name: string; arguments?: object };
  agent?: Record<string, unknown>;
  session?: Record<string, unknown>;
  /** What the service is asked for, if anything. */
  asks?: string;
  /** How often it was asked in the end, and how the call has ended. */
  times?: number;
  status: "ok" | "interrupted";
  waits?: boolean;
};

/** Every kind of tool, each with the effect that decides what a restart may do with a call that was cut short. */
const KINDS: Record<string, Kind> = {
  "an HTTP tool that is pure": { call: { name: "pure" }, agent: { tools: [http("pure", "pure")] }, asks: "pure", times: 2, status: "ok" },
  "an HTTP tool that is idempotent": {
    call: { name: "same" },
    agent: { tools: [http("same", "idempotent")] },
    asks: "same",
    times: 2,
    status: "ok",
  },
  "an HTTP tool that is unsafe": {
    call: { name: "pay" },
    agent: { tools: [http("pay", "unsafe")] },
    asks: "pay",
    times: 1,
    status: "interrupted",
  },
  web_fetch: {
    call: { name: "web_fetch", arguments: { url: `${service.url}/page` } },
    agent: { capabilities: ["web_fetch"] },
    asks: "page",
    times: 2,
    status: "ok",
  },
  ...Object.fromEntries(
    (["pure", "idempotent", "unsafe"] as const).map((effect) => [
      `an MCP tool that is ${effect}`,
      {
        call: { name: `slow__${effect}` },
        agent: { capabilities: ["mcp:slow"] },
        asks: `mcp-${effect}`,
        times: effect === "unsafe" ? 1 : 2,
        status: effect === "unsafe" ? ("interrupted" as const) : ("ok" as const),
      },
    ]),
  ),
  "a program": {
    call: { name: "execute_code", arguments: { language: "javascript", code: program } },
    agent: { capabilities: ["sandbox"] },
    status: "ok",
  },
  "another agent": { call: { name: "helper", arguments: { message: slowWords } }, status: "ok" },
  "a tool of the client": { call: { name: "remote" }, session: remote, status: "ok", waits: true },
  "an unsafe tool that waits for approval": {
    call: { name: "transfer" },
    agent: { tools: [{ ...http("transfer", "unsafe"), policy: "requires_approval" }] },
    asks: "transfer",
    times: 1,
    status: "interrupted",
    waits: true,
  },
};

type Run = { path: string; turnId: string };
const runs = new Map<string, Run>();
const ends = new Map<string, StreamedEvent[]>();
let helperId = "";

async function begin(api: Client, name: string, { call, agent, session, asks, waits }: Kind): Promise<void> {
  const own = name === "another agent" ? { tools: [{ type: "agent", agent_id: helperId, name: "helper" }] } : agent;
  const opened = await api.createSession((await api.createAgent(own)).id, session);
  const { turn_id } = await api.say(opened, steps({ call: [call], delay_ms: 0 }, { text: "done", delay_ms: 0 }));
  runs.set(name, { path: opened.path, turnId: turn_id });
  await api.follow(opened, ({ type, data }) => (waits ? type === "session.updated" && data.status === "waiting" : type === "tool.started"));
  if (asks && !waits) await service.wasAsked(asks);
}

/** What people and clients say once the server is there again. */
async function answer(api: Client): Promise<void> {
  const idIn = async (path: string, type: string, field: string) => {
    const { items } = (await api.get<{ items: { data: Record<string, string> }[] }>(`${path}/events/list?types=${type}`)).body;
    return items[0]!.data[field];
  };
  const { path } = runs.get("a tool of the client")!;
  await api.post(`${path}/tool-results`, { tool_call_id: await idIn(path, "tool.started", "tool_call_id"), result: 1 });
  const asked = runs.get("an unsafe tool that waits for approval")!.path;
  await api.post(`${asked}/approvals/${await idIn(asked, "approval.requested", "approval_id")}`, { decision: "approve" });
  // Approved now, it is cut short in the middle once more.
  await service.wasAsked("transfer");
}

beforeAll(async () => {
  await server.start();
  let api = createClient(await server.url());
  const { body } = await api.post<{ id: string }>("/v1/mcp-servers", { name: "slow", url: `${service.url}/mcp` });
  await api.post(`/v1/mcp-servers/${body.id}/test`, {});
  helperId = (await api.createAgent({ name: "Helper" })).id;
  await Promise.all(Object.entries(KINDS).map(([name, kind]) => begin(api, name, kind)));
  await server.kill();
  await server.start();
  api = createClient(await server.url());
  await answer(api);
  await server.kill();
  await server.start();
  api = createClient(await server.url());
  await Promise.all([...runs].map(async ([name, { path, turnId }]) => void ends.set(name, await api.follow({ path }, endsTurn(turnId)))));
}, 60_000);
afterAll(async () => {
  await server.kill();
  server[Symbol.dispose]();
  await service[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test.each(Object.entries(KINDS))("%s, cut short by kill -9, ends as its effect says", (name, { asks, times, status }) => {
  const events = ends.get(name)!;
  expect(events.at(-1)!.type).toBe("turn.completed");
  const ended = events.filter(({ type }) => type === "tool.completed");
  expect(ended.map(({ data }) => data.status)).toEqual([status]);
  if (status === "interrupted") expect(ended[0]!.data.error).toContain("unknown");
  if (asks) expect(service.times(asks)).toBe(times!);
});

test("what runs again carries the same key, a program's files are written once, and one agent was asked once", async () => {
  const api = createClient(await server.url());
  const keys = service.keys("same");
  expect(keys[0]).toMatch(/./);
  expect(new Set(keys).size).toBe(1);
  const { path } = runs.get("a program")!;
  const written = (await api.get<{ total: number }>(`${path}/events/list?types=file.changed`)).body;
  expect(written.total).toBe(1);
  expect((await api.get<{ total: number }>(`/v1/agents/${helperId}/sessions`)).body.total).toBe(1);
  const turns = await Promise.all([...runs.values()].map(async (run) => (await api.get<Turn>(`${run.path}/turns/${run.turnId}`)).body));
  expect(new Set(turns.map((turn) => `${turn.status} ${turn.agent_version}`))).toEqual(new Set(["completed 1"]));
  expect(server.errors()).toEqual([]);
});
