import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Approval } from "@/domain/approval";
import { createClient, endsTurn, type StreamedEvent } from "../support/client";
import { readLedger } from "./ledger";
import { createLedgerServer, ledgerPath } from "./ledger-server";
import { createRandom } from "./random";

const SESSIONS = 12;
const MOST_KILLS = 8;

const client_tools = [{ name: "remote", parameters: { type: "object" } }];
const charge = { name: "charge", arguments: { amount: 1 } };
const text = `\`\`\`simulate\n${JSON.stringify([
  { call: [charge, { name: "remote" }], delay_ms: 0 },
  { text: "done", delay_ms: 0 },
])}\n\`\`\``;
const rests = ({ type, data }: StreamedEvent) => type === "session.updated" && data.status === "waiting";

test("turns that wait outlast kill -9 at any moment; each answer counts once, and what was approved is done at most once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "everruns-waits-"));
  const random = createRandom(4711);
  using server = createLedgerServer(folder);
  try {
    await server.start();
    let api = createClient(await server.url());
    const agent = await api.createAgent({ capabilities: ["ledger"], tool_policies: { charge: "requires_approval" } });
    const waiting = await Promise.all(
      Array.from({ length: SESSIONS }, async () => {
        const session = await api.createSession(agent.id, { client_tools });
        const { turn_id } = await api.say(session, text);
        const events = await api.follow(session, rests);
        const idIn = (type: string, name: string) => String(events.find((event) => event.type === type)!.data[name]);
        return { session, turn_id, approvalId: idIn("approval.requested", "approval_id"), callId: idIn("tool.started", "tool_call_id") };
      }),
    );
    await server.kill();
    await server.start();
    api = createClient(await server.url());
    expect((await api.get<{ total: number }>("/v1/approvals")).body.total).toBe(SESSIONS);

    // Every answer is sent until it is acknowledged, while the server is killed again and again.
    const send = async (path: string, body: unknown): Promise<void> => {
      for (;;) {
        const status = await createClient(await server.url())
          .post(path, body)
          .then(
            (answer) => answer.status,
            () => 0,
          );
        if (status === 200) return;
        if (status >= 400 && status !== 503) throw new Error(`${path} answered ${status}`);
        await Bun.sleep(10);
      }
    };
    const answered = waiting.map(async ({ session, approvalId, callId }, index) => {
      const decision = index % 3 === 0 ? "deny" : "approve";
      await Bun.sleep(random.between(0, 1500));
      await send(`${session.path}/approvals/${approvalId}`, { decision });
      await Bun.sleep(random.between(0, 300));
      await send(`${session.path}/tool-results`, { tool_call_id: callId, result: index });
    });
    let isAnswered = false;
    const all = Promise.all(answered).then(() => (isAnswered = true));
    for (let kill = 0; kill < MOST_KILLS && !isAnswered; kill++) {
      await Promise.race([all, Bun.sleep(random.between(20, 300))]);
      await server.kill();
      await server.start();
    }
    await all;

    api = createClient(await server.url());
    const told = await Promise.all(waiting.map(({ session, turn_id }) => api.follow(session, endsTurn(turn_id))));
    const ledger = readLedger(ledgerPath(folder));
    let completed = 0;
    for (const [index, { turn_id, approvalId }] of waiting.entries()) {
      const events = told[index]!;
      const of = (type: string) => events.filter((event) => event.type === type);
      const effects = [...ledger].filter(([line]) => line.startsWith(`charge ${turn_id}/`)).map(([, times]) => times);
      const end = events.at(-1)!;
      // Killed three times before it could take a step, the last time alone, a turn is given up as it must be; what it did stays done once.
      if (end.data.code === "crash_loop") {
        expect(["", "1"]).toContain(String(effects));
        continue;
      }
      completed++;
      expect(end.type).toBe("turn.completed");
      expect(of("approval.requested")).toHaveLength(1);
      expect(of("approval.resolved")).toHaveLength(1);
      const ends = new Map(of("tool.completed").map(({ data }) => [data.name, data]));
      expect(of("tool.completed")).toHaveLength(2);
      expect(ends.get("remote")).toMatchObject({ status: "ok", result: index });

      const { decision } = (await api.get<Approval>(`/v1/approvals/${approvalId}`)).body;
      const status = String(ends.get("charge")!.status);
      if (decision === "deny") expect([status, effects]).toEqual(["denied", []]);
      else expect(["ok [1]", "interrupted [1]", "interrupted []"]).toContain(`${status} [${effects}]`);
    }
    expect(completed).toBeGreaterThan(SESSIONS / 2);
    expect((await api.get<{ total: number }>("/v1/approvals")).body.total).toBe(0);
    expect(server.errors()).toEqual([]);
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

test("an agent that asks another does so once, whenever the server is killed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "everruns-waits-"));
  const random = createRandom(815);
  using server = createLedgerServer(folder);
  try {
    await server.start();
    let api = createClient(await server.url());
    const helper = await api.createAgent({ name: "Helper" });
    const asker = await api.createAgent({ tools: [{ type: "agent", agent_id: helper.id, name: "helper" }] });
    const call = { name: "helper", arguments: { message: "How are you?" } };
    const asking = `\`\`\`simulate\n${JSON.stringify([
      { call: [call, call], delay_ms: 5 },
      { text: "done", delay_ms: 5 },
    ])}\n\`\`\``;

    for (let round = 1; round <= 3; round++) {
      const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => api.createSession(asker.id)));
      const turns = await Promise.all(sessions.map(async (session) => (await api.say(session, asking)).turn_id));
      // A third crash in one step would give the turn up.
      for (let kill = 0; kill < 2; kill++) {
        await Bun.sleep(random.between(0, 150));
        await server.kill();
        await server.start();
      }
      api = createClient(await server.url());
      for (const [index, session] of sessions.entries()) {
        const events = await api.follow(session, endsTurn(turns[index]!));
        expect(events.at(-1)!.type).toBe("turn.completed");
        const ends = events.filter(({ type }) => type === "tool.completed");
        expect(ends.map(({ data }) => data.status)).toEqual(["ok", "ok"]);
      }
      const children = await api.get<{ total: number }>(`/v1/agents/${helper.id}/sessions`);
      expect(children.body.total).toBe(2 * SESSIONS * round);
    }
    expect(server.errors()).toEqual([]);
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
