import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LlmModel } from "@/domain/llm-model";
import { createClient, endsTurn } from "../support/client";
import { readLedger } from "./ledger";
import { createLedgerServer, ledgerPath } from "./ledger-server";
import { createRandom } from "./random";

const SESSIONS = 6;
const STEPS = 7;
const WINDOW = 2500;

const step = (amount: number) => ({ call: [{ name: "charge", arguments: { amount } }], repeat: "words ", times: 300, delay_ms: 0 });
const text = `\`\`\`simulate\n${JSON.stringify([...Array.from({ length: STEPS }, (_, index) => step(index + 1)), { text: "done" }])}\n\`\`\``;

test("turns that outgrow their window do each step once, and charge at most once, whenever the server is killed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "everruns-compaction-"));
  const random = createRandom(1234);
  using server = createLedgerServer(folder);
  try {
    await server.start();
    let api = createClient(await server.url());
    const [model] = (await api.get<LlmModel[]>("/v1/llm-models")).body;
    await api.call("PATCH", `/v1/llm-models/${model!.id}`, { context_window: WINDOW });
    const agent = await api.createAgent({ capabilities: ["ledger"] });

    for (let round = 1; round <= 3; round++) {
      const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => api.createSession(agent.id)));
      const turns = await Promise.all(sessions.map(async (session) => (await api.say(session, text)).turn_id));
      // A third crash in one step would give the turn up.
      for (let kill = 0; kill < 2; kill++) {
        await Bun.sleep(random.between(50, 500));
        await server.kill();
        await server.start();
      }
      api = createClient(await server.url());
      const ledger = readLedger(ledgerPath(folder));
      for (const [index, session] of sessions.entries()) {
        const events = await api.follow(session, endsTurn(turns[index]!));
        expect(events.at(-1)!.type).toBe("turn.completed");
        const charged = events
          .filter(({ type }) => type === "tool.started")
          .map(({ data }) => (data.arguments as { amount: number }).amount);
        expect(charged).toEqual(Array.from({ length: STEPS }, (_, at) => at + 1));
        const cuts = events.flatMap(({ type, data }) => (type === "context.compacted" ? [Number(data.to_sequence)] : []));
        expect(cuts.length).toBeGreaterThan(0);
        expect(cuts).toEqual([...new Set(cuts)].toSorted((a, b) => a - b));
      }
      for (const [call, times] of ledger) expect(`${call} ${times}`).toBe(`${call} 1`);
    }
    expect(server.errors()).toEqual([]);
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
